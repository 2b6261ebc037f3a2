"""The figures of a template's row: what a cell shows for them, and what the text of a cell says."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from frameworks.models.indicator import IndicatorType
from frameworks.numbers import read_number
from frameworks.workbook.cells import BadCell
from frameworks.workbook.columns import same
from frameworks.workbook.content import tidy
from monitoring.cells import is_chosen
from monitoring.forms.fields import NumberField, levels_of

#: Besides the words of the list, what people and programs write for yes and no.
_YES_NO = {"true": "1", "y": "1", "sim": "1", "s": "1", "false": "0", "n": "0", "não": "0", "nao": "0"}


def answer_words(indicator):
    """What the list of a chosen answer offers, in the active language."""
    return [str(label) for _value, label in levels_of(indicator)]


def shown_answer(indicator, value):
    """The words of a chosen answer; "" for none."""
    if value is None:
        return ""
    found = dict(levels_of(indicator)).get(str(int(value)) if value == int(value) else "")
    return str(found if found is not None else value)


def read_figure(indicator, part, text):
    """The Decimal that the text of a cell says, None when it is blank. Raises BadCell in the user's words."""
    if not text:
        return None
    if part == "v" and is_chosen(indicator):
        return _chosen(indicator, text)
    try:
        return tidy(NumberField(indicator, part).clean(text))
    except ValidationError as error:
        raise BadCell(" ".join(error.messages)) from error


def _chosen(indicator, text):
    words = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for value, label in levels_of(indicator):
                words |= {same(label): value, same(value): value}
    if indicator.type == IndicatorType.YES_NO:
        words = _YES_NO | words
    else:
        labels = [same(label) for label in indicator.scale_labels]
        # A label of two steps says neither.
        words = {
            label: str(step) for step, label in enumerate(labels) if label and labels.count(label) == 1
        } | words
    if same(text) not in words:
        raise BadCell(
            _("“%(text)s” is not in the list. Write one of: %(list)s.")
            % {"text": text, "list": ", ".join(answer_words(indicator))}
        )
    return read_number(words[same(text)], whole=True)
