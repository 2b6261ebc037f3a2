"""The form of the offline template."""

from django.utils.translation import gettext_lazy as _

from frameworks.forms.importing import UploadForm


class TemplateUploadForm(UploadForm):
    """The template, filled in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        file = self.fields["file"]
        file.label = _("The filled-in template (.xlsx)")
        file.help_text = _("Also when it is not finished. You see every change before anything is saved.")
        file.widget.attrs["accept"] = ".xlsx"
