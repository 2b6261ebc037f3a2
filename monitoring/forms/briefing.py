"""The form that asks for a budget briefing."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class BriefingForm(forms.Form):
    """From which year to which, of the years of the plan. At first: next year to the end of the plan, or its last year."""

    first_year = forms.TypedChoiceField(
        label=gettext_lazy("From"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose the first year that money is asked for."),
            "invalid_choice": gettext_lazy("Choose one of the years of the plan as the first."),
        },
    )
    last_year = forms.TypedChoiceField(
        label=gettext_lazy("To"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose the last year that money is asked for."),
            "invalid_choice": gettext_lazy("Choose one of the years of the plan as the last."),
        },
    )

    def __init__(self, *args, plan, today, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.choices = [(year, str(year)) for year in plan.years]
        self.fields["first_year"].initial = plan.nearest_year(today.year + 1)
        self.fields["last_year"].initial = plan.end_year

    def clean(self):
        first, last = self.cleaned_data.get("first_year"), self.cleaned_data.get("last_year")
        if first and last and last < first:
            self.add_error("last_year", _("The last year cannot lie before the first."))
        return self.cleaned_data
