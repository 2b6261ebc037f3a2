"""Forms of the framework's own workbook."""

from django import forms
from django.utils.translation import gettext_lazy as _

from frameworks.forms.importing import UploadForm


class WorkbookUploadForm(UploadForm):
    """The edited workbook."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        file = self.fields["file"]
        file.label = _("The edited workbook (.xlsx)")
        file.help_text = _("You see every change before anything is saved.")
        file.widget.attrs["accept"] = ".xlsx"


class SaveWorkbookForm(forms.Form):
    """Why the plan is changed; shown where saving needs a reason."""

    reason = forms.CharField(
        label=_("Why is it changed?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in the history beside the old and the new text."),
    )
