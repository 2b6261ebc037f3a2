"""One figure of the reporting form: what its boxes are called, and what may stand in them. Pure: no database.

The names are stable: the page, the offline template and the autosave address a box by them.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from frameworks.formatting import format_number
from frameworks.models.indicator import IndicatorType
from frameworks.numbers import DECIMALS, WHOLE_DIGITS

HUNDRED = Decimal(100)
_LIMIT = Decimal(10) ** WHOLE_DIGITS
_NAME = re.compile(r"i(\d{1,18})(?:-c(\d{1,18}))?(?:-p(\d{1,18}))?", re.ASCII)

#: The boxes of a figure, by the letter that ends their name.
PARTS = {
    "n": "numerator",
    "d": "denominator",
    "v": "value",
    "text": "text",
    "why": "no_data_reason",
    "comment": "comment",
}
#: The longest reason that its column holds (characters), and the longest text that a page takes.
REASON_LENGTH = 500
TEXT_LENGTH = 20_000


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Which figure: the total of an indicator, or one category or place of it (ids)."""

    indicator_id: int
    category_id: int | None = None
    place_id: int | None = None

    @property
    def is_total(self):
        return self.category_id is None and self.place_id is None

    @property
    def key(self):
        """How results and values are keyed within an indicator."""
        return self.category_id, self.place_id

    @property
    def name(self):
        """`i12`, `i12-c3`, `i12-p4`."""
        name = f"i{self.indicator_id}"
        if self.category_id is not None:
            name += f"-c{self.category_id}"
        if self.place_id is not None:
            name += f"-p{self.place_id}"
        return name

    def box(self, part):
        """The name of one box, for example `i12-c3-n`."""
        return f"{self.name}-{part}"


def cell_named(name):
    """The Cell of a name made by `Cell.name`; None for anything else."""
    found = _NAME.fullmatch(name)
    return Cell(*(int(one) if one else None for one in found.groups())) if found else None


@dataclass(frozen=True, slots=True)
class Reported:
    """What somebody says about one cell. Every blank is None or ""; 0 is an answer (DOMAIN.md, Arithmetic)."""

    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    text: str = ""
    no_data_reason: str = ""
    comment: str = ""

    def __post_init__(self):
        for name in ("numerator", "denominator", "value"):
            number = getattr(self, name)
            if number is not None and not isinstance(number, Decimal):
                raise TypeError(f"{name} must be a Decimal or None, not {type(number).__name__}")

    @property
    def has_number(self):
        return self.numerator is not None or self.denominator is not None or self.value is not None

    @property
    def is_blank(self):
        return not (self.has_number or self.text or self.no_data_reason or self.comment)


def tidy_text(text):
    """A text as it is kept: lines end as they do everywhere, nothing blank around it."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def parts_of(type, *, total):
    """The boxes that a cell of an indicator type offers, in the order in which they are filled."""
    if type == IndicatorType.PERCENTAGE:
        figures = ("n", "d", "v")
    elif type == IndicatorType.NUMBER_AND_PERCENTAGE:
        figures = ("n", "d")
    elif type == IndicatorType.QUALITATIVE:
        figures = ("text",)
    else:
        figures = ("v",)
    return (*figures, "why", "comment") if total else figures


def anchor_of(indicator):
    """The id, without "id_", of the first box of an indicator's total: where a link to it leads."""
    first = Cell(indicator.pk).box(parts_of(indicator.type, total=True)[0])
    return f"{first}_0" if is_chosen(indicator) else first


def is_chosen(indicator):
    """Whether the answer is one of a few (a scale with labels, yes or no) and not a number to write."""
    return indicator.type == IndicatorType.YES_NO or (
        indicator.type == IndicatorType.ORDINAL and bool(indicator.scale_labels)
    )


def is_whole(indicator, part):
    """Whether a box holds whole numbers only: people are counted, and so are the steps of a scale."""
    if indicator.type in (IndicatorType.ORDINAL, IndicatorType.YES_NO):
        return True
    share_itself = indicator.is_share and part == "v"
    return indicator.counts_people and not share_itself


def may_be_negative(indicator, targets=()):
    """Whether a figure below 0 fits: only of a count whose own baseline or target lies below 0."""
    if indicator.type != IndicatorType.COUNT or indicator.counts_people:
        return False
    promised = [indicator.baseline_value, *(target.value for target in targets)]
    return any(number is not None and number < 0 for number in promised)


def largest(indicator, part):
    """The largest number that fits into a box; None where there is no bound."""
    if part == "v" and indicator.is_share and indicator.share_of_whole:
        return HUNDRED
    if part == "v" and indicator.type == IndicatorType.YES_NO:
        return Decimal(1)
    if part == "v" and indicator.type == IndicatorType.ORDINAL and indicator.scale_labels:
        return Decimal(len(indicator.scale_labels) - 1)
    return None


def figure_problems(indicator, cell, reported, *, targets=()):
    """What is wrong with a figure, as a list of (box, words). Incomplete is not wrong: only submitting asks for all.

    Rules: DOMAIN.md, "Arithmetic", and issue A, "Bad input". A numerator above its denominator is refused unless the
    indicator says that it is no part of it. 0/0 is an answer: "no data". The breakdowns need not add up to the total.
    """
    problems = []
    offered = parts_of(indicator.type, total=cell.is_total)
    for part, name in PARTS.items():
        given = getattr(reported, name)
        if given in (None, ""):
            continue
        if part not in offered:
            problems.append((part, _("This indicator does not take this kind of answer.")))
        elif isinstance(given, Decimal):
            problems += [(part, words) for words in _number_problems(indicator, part, given, targets)]
        elif len(given) > (REASON_LENGTH if part == "why" else TEXT_LENGTH):
            most = REASON_LENGTH if part == "why" else TEXT_LENGTH
            problems.append(
                (
                    part,
                    _("This text has %(length)d characters; at most %(most)d fit.")
                    % {"length": len(given), "most": most},
                )
            )
    return problems or _together(indicator, reported)


def _number_problems(indicator, part, number, targets):
    shown = format_number(number) if number.is_finite() else str(number)
    if not number.is_finite() or abs(number) >= _LIMIT:
        yield _("%(number)s is too large: at most %(most)d digits fit. Is the unit right?") % {
            "number": shown,
            "most": WHOLE_DIGITS,
        }
        return
    if number != round(number, DECIMALS):
        yield _("%(number)s has more than %(most)d decimals: round it as you want it kept.") % {
            "number": shown,
            "most": DECIMALS,
        }
    if number < 0 and not (part == "v" and may_be_negative(indicator, targets)):
        yield _("%(number)s is below 0: this figure cannot be negative.") % {"number": shown}
    if is_whole(indicator, part) and number != number.to_integral_value():
        yield _("%(number)s has decimals: only whole numbers fit here.") % {"number": shown}
    most = largest(indicator, part)
    if most is not None and number > most:
        if indicator.is_share:
            yield _("%(number)s%% is more than the whole: at most 100%% fits.") % {"number": shown}
        else:
            yield _("%(number)s is not on the scale: it ends at %(most)s.") % {"number": shown, "most": most}


def _together(indicator, reported):
    """Rules on several boxes at once."""
    numerator, denominator = reported.numerator, reported.denominator
    if reported.value is not None and (numerator is not None or denominator is not None):
        return [("v", _("Give the two numbers, or the percentage alone; not both."))]
    if reported.no_data_reason and (reported.has_number or reported.text):
        return [("why", _("Give the figure, or say why there is none; not both."))]
    pair = numerator is not None and denominator is not None
    if pair and indicator.share_of_whole and numerator > denominator:
        return [
            (
                "n",
                _(
                    "%(n)s is more than the %(d)s that it is a part of. Are the two numbers in the right boxes?"
                )
                % {"n": format_number(numerator), "d": format_number(denominator)},
            )
        ]
    return []
