"""Forms of one's own account."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for?"),
        max_length=80,
        help_text=_("For example: Power BI of the statistics office."),
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (180, _("6 months")), (365, _("1 year"))],
        initial=365,
    )


class MailForm(forms.Form):
    wants_digests = forms.BooleanField(
        label=_("Mail me what is due or waits for me"),
        required=False,
        help_text=_(
            "At most one mail a day. What is returned to you or asked of you in person comes anyway."
        ),
    )
