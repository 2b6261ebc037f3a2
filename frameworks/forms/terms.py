"""The form of a new version of the terms of reference."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.documents import MAX_DOCUMENT
from frameworks.forms.fields import DayField, checked_document, lines
from frameworks.imports.parts import MB

#: Characters: some forty pages.
LONGEST_TEXT = 120_000


class TermsForm(forms.Form):
    """Text, a file, or both. `document` is the checked file when the form is valid (None: no file)."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=lines(16),
        help_text=gettext_lazy(
            "One paragraph or point a line: two versions are compared line by line. Leave it empty when there is only a file."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.odt"}),
        help_text=gettext_lazy(
            "The signed document: PDF, Word (.docx) or OpenDocument (.odt), at most 10 MB."
        ),
    )
    adopted_on = DayField(
        label=gettext_lazy("Adopted on"),
        required=False,
        help_text=gettext_lazy("The day on which the body or the minister agreed. Empty: not adopted yet."),
    )
    note = forms.CharField(
        label=gettext_lazy("What is new"),
        required=False,
        max_length=2000,
        widget=lines(3),
        help_text=gettext_lazy("For example: alternates may vote; quorum of half the members."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.document = None

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file:
            return None
        if file.size > MAX_DOCUMENT:
            raise ValidationError(
                _("“%(file)s” is %(size)s MB; the limit is %(limit)s MB.")
                % {"file": file.name, "size": round(file.size / MB, 1), "limit": MAX_DOCUMENT // MB}
            )
        self.document = checked_document(file)
        return file

    def clean(self):
        data = self.cleaned_data
        if not data.get("text", "").strip() and not data.get("file") and "file" not in self.errors:
            self.add_error("text", _("Write the terms of reference, or choose their file."))
        return data

    @property
    def has_lost_file(self):
        """A browser does not send a chosen file back: it is to be chosen again."""
        return self.is_bound and bool(self.files.get("file"))
