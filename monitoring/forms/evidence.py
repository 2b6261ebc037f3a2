"""The form with which a file or a link is put beside a reported figure."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.documents import EVIDENCE
from frameworks.forms.fields import checked_document
from monitoring.operations.evidence import check_link


class EvidenceForm(forms.Form):
    """A file or a link, one of them. `document` is the checked file when the form is valid (None: a link)."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(kind.suffix for kind in EVIDENCE.kinds) + ",.jpeg"}),
        help_text=gettext_lazy(
            "PDF, picture (PNG, JPEG), Word, Excel, OpenDocument, CSV or text; at most 10 MB. No names of survivors."
        ),
    )
    url = forms.CharField(
        label=gettext_lazy("Or a link"),
        required=False,
        max_length=1000,
        widget=forms.URLInput(attrs={"inputmode": "url"}),
        help_text=gettext_lazy("A page or document on the web that the reviewers can open."),
    )
    title = forms.CharField(
        label=gettext_lazy("What it shows"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For example: signed list of participants, Baucau, 12 June."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.document = None

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file:
            return None
        self.document = checked_document(file, allowed=EVIDENCE)
        return file

    def clean_url(self):
        url = self.cleaned_data["url"]
        return check_link(url) if url else ""

    def clean(self):
        data = self.cleaned_data
        if not self.errors:
            if data.get("file") and data.get("url"):
                self.add_error("url", _("Add the file or the link; then add the other."))
            elif not data.get("file") and not data.get("url"):
                self.add_error("file", _("Choose a file, or give a link."))
        return data

    @property
    def has_lost_file(self):
        """A browser does not send a chosen file back: it is to be chosen again."""
        return self.is_bound and bool(self.files.get("file"))
