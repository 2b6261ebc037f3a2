"""What an indicator's own text says: its type, direction and breakdown. The words stay as they are."""

import re

from django.utils.translation import gettext_lazy as _

from frameworks.imports import grid as grids
from frameworks.imports import text as texts
from frameworks.imports.names import split_names
from frameworks.imports.results import (
    COUNT,
    DECREASE,
    INCREASE,
    MAINTAIN,
    MAINTAIN_OR_INCREASE,
    NUMBER_AND_PERCENTAGE,
    ORDINAL,
    PERCENTAGE,
    QUALITATIVE,
    YES_NO,
    ParsedDimension,
)
from frameworks.imports.vocabulary import DIMENSIONS, OTHER_DIMENSION

_COUNT = r"(?:#|\bnumber\b|\bno\.|\bnr\.?|\bn[º°o]\.?|\bnumero\b|\bnumeru\b)"
_SHARE = (
    r"(?:%|\bpercentage\b|\bpercent\b|\bpercentagem\b|\bporcentagem\b|\bproportion\b|\bproporcao\b|\bshare\b)"
)
_AND = r"\s*(?:and|&|/|\+|e|y|,)\s*"
_BOTH = re.compile(rf"{_COUNT}{_AND}{_SHARE}|{_SHARE}{_AND}{_COUNT}")
_BEGINS_WITH_COUNT = re.compile(rf"(?:the |total |o )?{_COUNT}")
_BEGINS_WITH_SHARE = re.compile(rf"(?:the |a )?{_SHARE}")
_YES_NO = re.compile(r"\byes ?/ ?no\b|\by/n\b|\bsim ?/ ?nao\b|^whether\b")
_ORDINAL = re.compile(r"\bscale of\b|\bon a scale\b|\bescala de\b")

_UP = r"\b(?:increas\w*|aument\w+|acrescim\w*)\b"
_DOWN = r"\b(?:decreas\w*|reduc\w+|fewer|declin\w*|reduz\w*|diminu\w+)\b"
_KEEP = r"\b(?:maintain\w*|manter|mantid[oa]s?|manutencao)\b"
_OR = r"\W{1,3}(?:or|and/or|/|ou|e/ou)?\W{0,3}"
_KEEP_OR_UP = re.compile(rf"{_KEEP}{_OR}{_UP}|{_UP}{_OR}{_KEEP}")

TYPE_WORDS = {
    NUMBER_AND_PERCENTAGE: ("and %", "number and percentage", "numero e percentagem"),
    PERCENTAGE: ("percentage", "percent", "percentagem", "proportion", "share"),
    COUNT: ("number", "count", "numero", "quantitative", "quantitativo"),
    ORDINAL: ("ordinal", "scale", "ordinal scale", "escala"),
    YES_NO: ("yes no", "sim nao", "boolean"),
    QUALITATIVE: ("qualitative", "qualitativo", "text", "narrative", "narrativo"),
}


def type_of(statement):
    """The indicator's type by its first words; None when the statement names none.

    "# and %" is one indicator with a numerator and a denominator (DOMAIN.md, "The logframe of Figure 4").
    """
    text = _words(statement)
    if _BOTH.match(text) or _BOTH.match(re.sub(r"^the ", "", text)):
        return NUMBER_AND_PERCENTAGE
    if _YES_NO.search(text):
        return YES_NO
    if _ORDINAL.search(text):
        return ORDINAL
    if _BEGINS_WITH_SHARE.match(text):
        return PERCENTAGE
    return COUNT if _BEGINS_WITH_COUNT.match(text) else None


def type_in_column(text):
    """The type that a "Type" column says, or None when the word is not known."""
    if _BOTH.search(_words(text)):
        return NUMBER_AND_PERCENTAGE
    sign = texts.clean(text)
    if sign in ("#", "%"):
        return COUNT if sign == "#" else PERCENTAGE
    return next((kind for kind, words in TYPE_WORDS.items() if texts.fold(text) in words), None)


def direction_of(statement):
    """(direction, is_clear). None when no word of direction stands there; not clear when two contradict each other.

    "maintained or increased" is a direction of its own (DOMAIN.md).
    """
    text = _words(statement)
    if _KEEP_OR_UP.search(text):
        return MAINTAIN_OR_INCREASE, True
    found = [
        direction
        for direction, words in ((INCREASE, _UP), (DECREASE, _DOWN), (MAINTAIN, _KEEP))
        if re.search(words, text)
    ]
    return (found[0] if found else None), len(found) < 2


def dimension_name(categories):
    """The name for a list of categories by the words in them (vocabulary.DIMENSIONS); "Breakdown" when they say none."""
    for name, words in DIMENSIONS.items():
        if all(set(texts.fold(category).split()) & set(words) for category in categories):
            return name
    if all(
        re.search(r"\d+\s*[-–]\s*\d+|(?:<|>|\bunder\b|\bover\b)\s*\d+|\d+\s*\+", category)
        for category in categories
    ):
        return "Age group"
    return OTHER_DIMENSION


def read_statement(cell, text, doubts):
    """(statement, dimensions) of an indicator cell whose text, without its code, is `text`."""
    statement, bullets = texts.split_bullets(text)
    if not bullets:
        starts = sum(bool(type_of(line)) for line in texts.raw(text).split("\n") if line.strip())
        if starts > 1:
            doubts.warning(
                "several_indicators",
                cell.source,
                _(
                    "The cell seems to hold {count} indicators; it is read as one. Give each its own row if they are several."
                ),
                count=starts,
            )
        return statement, ()
    if not statement:
        if len(bullets) == 1:
            return bullets[0], ()
        doubts.error(
            "list_without_sentence",
            cell.source,
            _("The cell holds a list without a sentence before it. Give each indicator its own row."),
        )
        return bullets[0], ()
    name = dimension_name(bullets)
    doubts.note(
        "dimension_guessed",
        cell.source,
        _(
            "The list in the cell ({categories}) is read as a breakdown by “{name}”. Correct the name if it is another."
        ),
        categories=", ".join(bullets),
        name=name,
    )
    if len({texts.fold(bullet) for bullet in bullets}) < len(bullets):
        doubts.error(
            "category_twice",
            cell.source,
            _("The list in the cell names a category twice. Remove one of them."),
        )
    return statement, (ParsedDimension(name, tuple(bullets), True, cell.source),)


def read_dimensions(cell):
    """The dimensions of a breakdown column: "Sex (female, male); Municipality"."""
    dimensions = []
    for part in texts.split_outside_brackets(cell.raw, ";,\n"):
        match = re.fullmatch(
            r"(?P<name>[^(:]+)(?:[(:]\s*(?P<categories>[^)]*)\)?)?", texts.clean(part).strip(" .-•")
        )
        if match and match["name"].strip():
            categories = tuple(dict.fromkeys(split_names(match["categories"] or "", connectors=("and", "e"))))
            dimensions.append(ParsedDimension(match["name"].strip(), categories, False, cell.source))
    return tuple(dimensions)


def classify(cell, statement, type_cell, direction_cell, doubts):
    """(type, direction) from the columns if there are any, else from the statement, with a doubt where assumed."""
    kind = type_of(statement)
    if type_cell:
        kind = type_in_column(type_cell.text)
        if kind is None:
            doubts.error(
                "unknown_type",
                type_cell.source,
                _(
                    "“{text}” is not a type of indicator that we know. Use count, percentage, # and %, ordinal, yes/no or qualitative."
                ),
                text=grids.shorten(type_cell.text),
            )
    elif kind is None:
        doubts.warning(
            "type_assumed",
            cell.source,
            _(
                "The indicator does not say whether it is a number, a percentage or something else. A count is assumed."
            ),
        )
    direction, is_clear = direction_of(direction_cell.text if direction_cell else statement)
    if direction_cell and (direction is None or not is_clear):
        doubts.error(
            "unknown_direction",
            direction_cell.source,
            _(
                "“{text}” is not a direction that we know. Use increase, decrease, maintain, or maintain or increase."
            ),
            text=grids.shorten(direction_cell.text),
        )
    elif direction is None:
        doubts.note("direction_assumed", cell.source, _("No direction is stated; an increase is assumed."))
    elif not is_clear:
        doubts.warning(
            "direction_unclear",
            cell.source,
            _("The text names more than one direction; an increase is assumed. Correct it if it is another."),
        )
        direction = INCREASE
    return kind or COUNT, direction or INCREASE


def _words(text):
    """Lower case, no accents, white space single; signs such as # and % kept."""
    plain = re.sub(r"[\u0300-\u036f]", "", texts.unicodedata.normalize("NFD", texts.clean(text)))
    return plain.casefold()
