"""A document as a list of plain blocks: what page, PDF and Word share, so that all of them say the same in the same order. Pure.

Every text is ready to be read; a format only decides how it looks. Charts come with the table of their figures right below.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences."""

    items: tuple


@dataclass(frozen=True, slots=True)
class Subheading:
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Grouped bars (frameworks.charts.bars). missing: what stands where there is no bar."""

    title: str
    groups: tuple
    missing: str


@dataclass(frozen=True, slots=True)
class Column:
    """share: of the width of the table, in percent."""

    label: str
    share: int
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """cells: for each column a tuple of lines; the first cell names the row. A heading row has one cell, over all columns."""

    cells: tuple
    is_total: bool = False
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: tuple
    rows: tuple


@dataclass(frozen=True, slots=True)
class Section:
    """anchor: unique in the document."""

    anchor: str
    heading: str
    blocks: tuple

    @property
    def typed(self):
        """(name of the block's kind, block), for templates, which cannot ask for a type."""
        return [(type(block).__name__.lower(), block) for block in self.blocks]
