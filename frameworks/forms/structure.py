"""Forms of pillars, goals and outputs; of retiring, restoring and renumbering."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.forms.base import ConstrainedForm, VersionedMixin, ask_why_added, reason_field
from frameworks.forms.fields import WholeNumberField, lines
from frameworks.forms.parts import PartChoiceField, follow_field, in_use_or
from frameworks.models import Goal, Output, Pillar
from frameworks.operations.structure import numbers_version, part_version, pillar_version


class _Structure(VersionedMixin, ConstrainedForm):
    """Asks for a reason where the plan is endorsed, and knows what changed."""

    def settle(self, version):
        if not self.instance.plan.is_under_change_control:
            del self.fields["reason"]
        elif not self.instance.pk:
            ask_why_added(self.fields["reason"])
        if self.instance.pk:
            self.add_version(version(self.instance))

    @property
    def changed_fields(self):
        return [name for name in self.changed_data if name in self._meta.fields]


class PillarForm(_Structure):
    constraint_fields = {"pillar_code_unique": "code", "pillar_name_unique": "name"}

    order = WholeNumberField(
        label=gettext_lazy("Place among the pillars"),
        min_value=0,
        max_value=999,
        help_text=gettext_lazy("1 comes first."),
    )
    reason = reason_field()

    class Meta:
        model = Pillar
        fields = ["code", "name", "kind", "global_pillar", "order"]
        help_texts = {
            "code": gettext_lazy("For example P1. It stands in addresses, reports and data."),
            "kind": gettext_lazy("A support pillar holds coordination, monitoring or learning."),
            "global_pillar": gettext_lazy("Which of the four of resolution 1325 it answers to. Empty: none."),
        }  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.settle(pillar_version)


class _PartForm(_Structure):
    """A goal or an output. parents: the rows that it may hang on."""

    parent = ""
    follow = follow_field()
    reason = reason_field()

    def __init__(self, *args, parents, **kwargs):
        super().__init__(*args, **kwargs)
        words = self.instance.plan.words
        self.fields["title"].label = words[self._meta.model._meta.model_name]
        self.fields[self.parent].queryset = parents
        self.fields[self.parent].empty_label = None
        if self.parent in words:
            self.fields[self.parent].label = words[self.parent]
        self.settle(part_version)
        if not self.instance.pk:
            del self.fields["follow"]

    @property
    def parent_field(self):
        return self[self.parent]


class GoalForm(_PartForm):
    parent = "pillar"
    constraint_fields = {"goal_code_unique": "code"}

    class Meta:
        model = Goal
        fields = ["pillar", "code", "title"]
        field_classes = {"pillar": PartChoiceField}
        labels = {"pillar": gettext_lazy("Pillar")}
        widgets = {"title": lines(3)}


class OutputForm(_PartForm):
    parent = "goal"
    constraint_fields = {"output_code_unique": "code"}

    class Meta:
        model = Output
        fields = ["goal", "code", "title"]
        field_classes = {"goal": PartChoiceField}
        widgets = {"title": lines(3)}


def part_form(part, data=None):
    """The form of a goal or an output, saved or not."""
    if isinstance(part, Goal):
        return GoalForm(data, instance=part, parents=part.plan.pillars.all())
    return OutputForm(data, instance=part, parents=in_use_or(part.plan.goals, part.goal_id))


class StepForm(VersionedMixin, forms.Form):
    """Retiring, restoring or deleting one part. along: the label of the tick that takes along what is below; "" for none."""

    along = forms.BooleanField(required=False)
    reason = reason_field()

    def __init__(
        self, *args, along="", needs_along=False, reason_label="", asks_reason=True, version="", **kwargs
    ):
        super().__init__(*args, **kwargs)
        if along:
            self.fields["along"].label = along
            self.fields["along"].required = needs_along
            self.fields["along"].error_messages["required"] = _(
                "What is below is still in use: tick that it is retired, too, or move it first."
            )
        else:
            del self.fields["along"]
        if asks_reason:
            self.fields["reason"].label = reason_label
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = _("Say why: it stands in the history.")
        else:
            del self.fields["reason"]
        self.add_version(version)

    @property
    def answers(self):
        data = self.cleaned_data
        return {name: data.get(name, default) for name, default in (("along", False), ("reason", ""))}


class RenumberForm(VersionedMixin, forms.Form):
    """One box for the code of each child of a part. children: {level: [rows]}."""

    follow = follow_field()
    reason = reason_field()

    def __init__(self, *args, children, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.children, self.rows = children, [row for some in children.values() for row in some]
        for level, some in children.items():
            for row in some:
                self.fields[f"{level}-{row.pk}"] = forms.CharField(
                    label=_("Code of %(code)s") % {"code": row.code},
                    max_length=40,
                    initial=row.code,
                    # A row that was added meanwhile is not on the page that was sent, and keeps its code.
                    required=not self.is_bound or f"{level}-{row.pk}" in self.data,
                    error_messages={
                        "required": _("Every row needs a code: %(code)s until now.") % {"code": row.code}
                    },
                )
        if not plan.is_under_change_control:
            del self.fields["reason"]
        self.fields["follow"].label = _("Change the codes below that begin with an old code, too")
        self.add_version(numbers_version(self.rows))

    def tell_stale(self, current, change):
        """As everywhere; a row that was added meanwhile comes in with its own code."""
        super().tell_stale(current, change)
        for row, name in self._boxes():
            self.data.setdefault(name, row.code)

    def _boxes(self):
        return [(row, f"{level}-{row.pk}") for level, some in self.children.items() for row in some]

    @property
    def groups(self):
        """(level, [(row, its box)]) for the template."""
        return [
            (level, [(row, self[f"{level}-{row.pk}"]) for row in some])
            for level, some in self.children.items()
        ]

    @property
    def codes(self):
        """(level, id) → code of every row that was on the page."""
        return {
            (level, row.pk): self.cleaned_data[f"{level}-{row.pk}"]
            for level, some in self.children.items()
            for row in some
            if self.cleaned_data[f"{level}-{row.pk}"]
        }
