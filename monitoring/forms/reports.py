"""The form that asks for a report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from frameworks.models import Pillar, ReportingRound
from frameworks.permissions import Permission, scope_filter


class PillarReportForm(forms.Form):
    """Round and pillar. Offers the opened rounds of the plan and the pillars on which `user` may generate reports."""

    round = forms.ModelChoiceField(
        label=_("Round"),
        queryset=ReportingRound.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choose the round that the report is about."),
            "invalid_choice": _("Choose one of the rounds in the list: it must have been opened."),
        },
    )
    pillar = forms.ModelChoiceField(
        label=_("Pillar"),
        queryset=Pillar.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choose the pillar that the report is about."),
            "invalid_choice": _("Choose one of the pillars in the list: you may generate reports on these."),
        },
    )

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = (
            ReportingRound.objects.visible_to(user).filter(plan=plan).opened().order_by("-period_end")
        )
        self.fields["pillar"].queryset = (
            Pillar.objects.visible_to(user)
            .filter(scope_filter(user, Permission.GENERATE_REPORT, plan="plan", pillar="pk"), plan=plan)
            .order_by("order", "code")
        )
        # Read once, for the question below and for the page.
        for field in self.fields.values():
            field.choices = list(field.choices)

    @property
    def has_choices(self):
        """Whether there is anything to generate."""
        return all(field.choices for field in self.fields.values())
