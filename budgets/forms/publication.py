"""Why a published budget is taken back."""

from django import forms
from django.utils.translation import gettext_lazy as _


class UnpublishForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it taken back?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in the history, which everybody in the secretariat reads."),
        error_messages={"required": _("Say why: it stands in the history.")},
    )
