"""Which sheet of an uploaded workbook is which, and which column stands where, whatever the workbook is about. No database.

A hidden row of machine words tells; where somebody deleted it, the sheet's name and the visible headers do, in every
language of the installation, wherever the columns were moved to.
"""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils.translation import override

from frameworks.workbook.cells import is_empty, text_of
from frameworks.workbook.columns import ID, SEEN, same, sheet_titles

#: Rows in which headers are looked for when the hidden row of machine words is gone.
TOP = 5


@dataclass
class Heads:
    """sheets: key → Sheet of the workbook's table. first: the name of the sheet that explains the others.

    also: gives (sheet key, machine word) → a Column beyond those of the plan, or None.
    """

    plan: object
    sheets: dict
    first: object
    also: object = None

    @cached_property
    def columns(self):
        """sheet key → {column key: Column}"""
        return {key: {one.key: one for one in sheet.columns(self.plan)} for key, sheet in self.sheets.items()}

    def explains(self, title):
        """Whether this is the name of the first sheet, in whichever language."""
        return same(title) in {same(first) for first in in_every_language(lambda: str(self.first))}

    def find(self, title, top):
        """(sheet key, {index: Column}, {index: "id" or "seen"}, last row of headers) of a page, by its first rows.

        The key is None for a strange sheet.
        """
        for at, cells in enumerate(top[:2]):
            words = {
                index: text_of(cell.value) for index, cell in enumerate(cells, 1) if not is_empty(cell.value)
            }
            marks = {
                index: word[1:]
                for index, word in words.items()
                if word.startswith("#") and word[1:] in self.sheets
            }
            if marks:
                index, key = next(iter(marks.items()))
                columns = {}
                for place, word in words.items():
                    column = self.columns[key].get(word) or (self.also and self.also(key, word))
                    if column and column.key not in {one.key for one in columns.values()}:
                        columns[place] = column
                ids = {index: ID} | {place: SEEN for place, word in words.items() if word == SEEN}
                heads = top[at + 1] if len(top) > at + 1 else ()
                self._by_header(key, heads, columns, ids)
                return key, columns, ids, min(at + 2, len(top))
        return self._by_words(title, top)

    def _by_words(self, title, top):
        keys = [
            key
            for titles in in_every_language(
                lambda: sheet_titles(self.plan, list(self.sheets.values()), self.first)
            )
            for key, own in titles.items()
            if same(own) == same(title)
        ]
        for key in dict.fromkeys(keys):
            found = []
            for at, cells in enumerate(top):
                columns, ids = {}, {}
                self._by_header(key, cells, columns, ids)
                found.append((columns, ids, at + 1))
            # Machine words may look like headers, too: the row that names most is the one.
            columns, ids, last = max(found, key=lambda one: len(one[0]), default=({}, {}, 0))
            if len(columns) >= 2:
                return key, columns, ids, last
        return None, {}, {}, 0

    def _by_header(self, key, cells, columns, ids):
        """Adds the columns that are known by their visible header only, in whichever language it is."""
        taken = {column.key for column in columns.values()}
        heads = {}
        for found in in_every_language(
            lambda: [(column.header(self.plan), column) for column in self.columns[key].values()]
        ):
            for header, column in found:
                heads.setdefault(same(header), []).append(column)
        for index, cell in enumerate(cells, 1):
            if index in columns or index in ids or is_empty(cell.value):
                continue
            word = same(text_of(cell.value)).removesuffix("*").strip()
            column = next((one for one in heads.get(word, ()) if one.key not in taken), None)
            if column is not None:
                columns[index] = column
                taken.add(column.key)
            elif word == ID and ID not in ids.values():
                ids[index] = ID


def in_every_language(make):
    for language, _name in settings.LANGUAGES:
        with override(language):
            yield make()
