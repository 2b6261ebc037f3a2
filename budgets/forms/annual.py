"""The forms of an annual plan: what the co-leads say of it, and what the steering committee decides."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import DecisionOutcome
from budgets.operations.annual import annual_version, line_name
from frameworks.formatting import format_money
from frameworks.forms.base import VersionedMixin
from frameworks.forms.fields import DayField, FigureField, lines
from frameworks.workflow import COMMENT_LENGTH

NOTE_LENGTH = 1000


class AnnualPlanForm(VersionedMixin, forms.Form):
    """Fields priorities, and for each line out_<id> and note_<id>. rows: AnnualPlanLines of the present version."""

    def __init__(self, *args, annual_plan, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = list(rows)
        self.fields["priorities"] = forms.CharField(
            label=_("Priorities of the year"),
            required=False,
            max_length=COMMENT_LENGTH,
            widget=lines(6),
            initial=annual_plan.priorities,
            help_text=_("What the working group wants to reach with it. The steering committee reads this first."),
        )  # fmt: skip
        for row in self.lines:
            self.fields[f"out_{row.pk}"] = forms.BooleanField(
                label=_("Leave out: %(line)s") % {"line": line_name(row.budget_line)},
                required=False,
                initial=row.is_left_out,
            )
            self.fields[f"note_{row.pk}"] = forms.CharField(
                label=_("Why it is left out: %(line)s") % {"line": line_name(row.budget_line)},
                required=False,
                max_length=NOTE_LENGTH,
                initial=row.note,
            )
        self.add_version(annual_version(annual_plan))

    @property
    def rows(self):
        """(AnnualPlanLine, box, note), for the template."""
        return [(row, self[f"out_{row.pk}"], self[f"note_{row.pk}"]) for row in self.lines]

    @property
    def left_out(self):
        data = self.cleaned_data
        return {row.pk: data.get(f"note_{row.pk}", "") for row in self.lines if data.get(f"out_{row.pk}")}

    def clean(self):
        for row in self.lines:
            if self.cleaned_data.get(f"note_{row.pk}") and not self.cleaned_data.get(f"out_{row.pk}"):
                self.add_error(
                    f"note_{row.pk}", _("A reason stands beside a line that is left out. Mark it, or leave this empty.")
                )  # fmt: skip
        return self.cleaned_data


class DecisionForm(forms.Form):
    """A decision of the committee; for each line amount_<id> (0 refuses it) and note_<id>."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What was decided?"),
        choices=DecisionOutcome.choices,
        widget=forms.RadioSelect,
    )
    decided_on = DayField(
        label=gettext_lazy("Decided on"), help_text=gettext_lazy("The day of the meeting, not that of typing this.")
    )  # fmt: skip
    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=120,
        help_text=gettext_lazy("Of the minutes or the resolution."),
    )
    decided_by = forms.CharField(
        label=gettext_lazy("Who decided"),
        max_length=300,
        help_text=gettext_lazy("The meeting, and who chaired it."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=COMMENT_LENGTH,
        widget=lines(4),
        help_text=gettext_lazy("Needed when it is returned: what should be changed. The co-leads and the institutions read it."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, annual_plan, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = annual_plan.version
        self.lines = list(rows)
        for row in self.lines:
            self.fields[f"amount_{row.pk}"] = FigureField(
                label=_("Approved: %(line)s") % {"line": line_name(row.budget_line)},
                error_messages={"required": _("Write what is approved; 0 refuses the line.")},
                max_digits=18,
                decimal_places=2,
                initial=row.asked,
            )
            self.fields[f"note_{row.pk}"] = forms.CharField(
                label=_("Why another amount than %(asked)s: %(line)s")
                % {"asked": format_money(row.asked, row.currency), "line": line_name(row.budget_line)},
                required=False,
                max_length=NOTE_LENGTH,
            )

    @property
    def rows(self):
        """(AnnualPlanLine, amount, note), for the template."""
        return [(row, self[f"amount_{row.pk}"], self[f"note_{row.pk}"]) for row in self.lines]

    @property
    def amounts(self):
        data = self.cleaned_data
        return {row.pk: (data.get(f"amount_{row.pk}"), data.get(f"note_{row.pk}", "")) for row in self.lines}
