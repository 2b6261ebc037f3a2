"""Form fields about the parts of a results chain: what something hangs on, and codes that follow."""

from django import forms
from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

#: Characters of a part's text in a select: enough to know it by.
LABEL_LENGTH = 80


def part_label(part):
    """ "1.1 More women stand for election…": what a select calls a pillar, goal, output or activity."""
    text = part.name if hasattr(part, "name") else part.title
    return f"{part.code} {Truncator(text).chars(LABEL_LENGTH)}"


class PartChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, part):
        return part_label(part)


class ParentField(forms.ChoiceField):
    """On which goal, output or activity an indicator hangs. The value is (level, id)."""

    def offer(self, indicator):
        """Offers what is in use in the indicator's plan, and what it hangs on now. Three queries."""
        plan, words = indicator.plan, indicator.plan.words
        self.choices = [
            (
                str(words[level]),
                [
                    (f"{level}:{row.pk}", part_label(row))
                    for row in in_use_or(rows, getattr(indicator, f"{level}_id")).order_by("sort_key")
                ],
            )
            for level, rows in (
                ("goal", plan.goals),
                ("output", plan.outputs),
                ("activity", plan.activities),
            )
        ]

    @staticmethod
    def value_of(indicator):
        for level in ("goal", "output", "activity"):
            pk = getattr(indicator, f"{level}_id")
            if pk:
                return f"{level}:{pk}"
        return ""

    def clean(self, value):
        level, _colon, pk = super().clean(value).partition(":")
        return level, int(pk)


def follow_field():
    return forms.BooleanField(
        label=gettext_lazy("If the code changes, change the codes below that begin with it, too"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "1.1 becomes 1.2: 1.1.3 becomes 1.2.3, and its indicator 1.1.3a becomes 1.2.3a."
        ),
    )


def in_use_or(rows, pk):
    """Those rows that are in use, and the one of that id whatever it is: what may be chosen as a parent."""
    return rows.filter(Q(retired_on__isnull=True) | Q(pk=pk))
