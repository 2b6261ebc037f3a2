"""Forms of what surrounds a logframe: assumptions with their yearly answers, and themes."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.forms.base import ConstrainedForm, VersionedMixin, reason_field
from frameworks.forms.fields import lines
from frameworks.models import Assumption, AssumptionCheck
from frameworks.models.context import StillHolds
from frameworks.operations.context import answer_version, assumption_version, needs_reason


class _ReasonMixin:
    """Asks for a reason under change control, and not at all before."""

    def add_reason(self, plan, *, wanted=lambda form: True):
        self.reason_wanted = wanted if needs_reason(plan) else None
        if self.reason_wanted is None:
            del self.fields["reason"]

    def clean(self):
        cleaned = super().clean()
        if self.reason_wanted and self.reason_wanted(self) and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("The plan is endorsed: say why this is changed."))
        return cleaned


class AssumptionForm(_ReasonMixin, VersionedMixin, ConstrainedForm):
    """A new assumption, or another text of one that is there."""

    reason = reason_field()

    class Meta:
        model = Assumption
        fields = ["text"]
        widgets = {"text": lines(3)}
        help_texts = {
            "text": gettext_lazy(
                "One sentence that can turn out wrong. For example: the peace agreement holds in all municipalities."
            )
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_reason(self.instance.plan, wanted=lambda form: "text" in form.changed_data)
        if self.instance.pk:
            self.add_version(assumption_version(self.instance))


class RetireForm(_ReasonMixin, forms.Form):
    """Only the reason for which an assumption is no longer asked about, or asked about again."""

    reason = reason_field()

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_reason(plan)


class AnswerForm(VersionedMixin, ConstrainedForm):
    """Whether an assumption held in one year."""

    fixed = ("assumption", "year")
    constraint_fields = {"assumption_doubt_has_note": "note"}
    answer = forms.ChoiceField(
        label=gettext_lazy("Does it still hold?"), choices=StillHolds.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = AssumptionCheck
        fields = ["answer", "note"]
        widgets = {"note": lines(4)}
        labels = {"note": gettext_lazy("What has changed")}
        help_texts = {
            "note": gettext_lazy(
                "Needed unless it still holds: what was seen, and what it means for the plan."
            )
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_version(answer_version(self.instance.assumption, self.instance.year))


class ThemeForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("New theme"),
        max_length=80,
        help_text=gettext_lazy("It goes onto the list of all plans here, and is chosen for this plan."),
    )

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if not any(letter.isalnum() for letter in name):
            raise forms.ValidationError(_("Write a name with letters."))
        return name
