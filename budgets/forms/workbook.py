"""Forms of the budget's Excel workbooks."""

from django import forms
from django.utils.translation import gettext_lazy as _

from frameworks.forms.importing import UploadForm
from frameworks.models import Institution, Pillar


class BudgetUploadForm(UploadForm):
    """The workbook, filled in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        file = self.fields["file"]
        file.label = _("The filled-in workbook (.xlsx)")
        file.help_text = _("Also when it is not finished. You see every change before anything is saved.")
        file.widget.attrs["accept"] = ".xlsx"


class OfficialLinesForm(forms.Form):
    """Which budget lines are downloaded; empty: all of them."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    pillar = forms.ModelChoiceField(
        label=_("Pillar"), required=False, queryset=Pillar.objects.none(), to_field_name="code",
        empty_label=_("All pillars"),
    )  # fmt: skip
    institution = forms.ModelChoiceField(
        label=_("Institution"), required=False, queryset=Institution.objects.none(), to_field_name="code",
        empty_label=_("All institutions"),
    )  # fmt: skip

    def __init__(self, *args, plan, institutions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("All years")), *((year, str(year)) for year in plan.years)]
        self.fields["pillar"].queryset = Pillar.objects.filter(plan=plan).order_by("order", "code")
        self.fields["institution"].queryset = institutions
