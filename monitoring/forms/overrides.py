"""The form that sets a status by hand."""

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.models.result import Performance


class ReasonForm(forms.Form):
    """`seen`: the status that the page showed."""

    reason = forms.CharField(
        label=_("Why?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands beside the status wherever that is shown."),
        error_messages={"required": _("Changing a computed status needs a reason.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, result):
        super().__init__(data, initial={"seen": result.status})
        self.use_required_attribute = False

    def clean_seen(self):
        return self.cleaned_data["seen"] or None


class OverrideForm(ReasonForm):
    status = forms.ChoiceField(label=_("Status"), widget=forms.RadioSelect)
    field_order = ["status", "reason", "seen"]

    def __init__(self, data=None, *, result):
        super().__init__(data, result=result)
        self.fields["status"].choices = [
            choice for choice in Performance.choices if choice[0] != result.computed_status
        ]


class WithdrawForm(ReasonForm):
    prefix = "withdraw"
