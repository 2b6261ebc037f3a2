"""Forms of the import."""

from django import forms
from django.utils.translation import gettext_lazy as _

from frameworks.imports.parts import MAX_UPLOAD, MB
from frameworks.imports.who import NEW
from frameworks.models import Institution


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Excel workbook (.xlsx) or CSV file"),
        allow_empty_file=True,
        help_text=_(
            "The logframe as it lies: pillar sheets with the chain of results, indicators, years and leads; and a sheet of working groups if there is one."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
        error_messages={"required": _("Choose a file.")},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise forms.ValidationError(
                _("“%(file)s” is %(size)s MB; the limit is %(limit)s MB.")
                % {"file": file.name, "size": round(file.size / MB, 1), "limit": MAX_UPLOAD // MB}
            )
        return file


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is the plan changed?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The plan is endorsed: the reason is kept with every change."),
    )


class WhoForm(forms.Form):
    """One question for every name that is new or guessed: whom does it mean?"""

    def __init__(self, whos, *args, **kwargs):
        super().__init__(*args, **kwargs)
        asked = {id(who): who for who in whos.values() if who.is_new or who.is_guess}
        if not asked:
            return
        known = [
            (one.code, f"{one} – {one.name}" if one.acronym else one.name)
            for one in Institution.objects.filter(merged_into__isnull=True).order_by("acronym", "name")
        ]
        for who in asked.values():
            new = _("Create “%(name)s” (%(kind)s)") % {
                "name": who.institution,
                "kind": who.institution.get_kind_display(),
            }
            first = (
                [(NEW, new)]
                if who.is_new
                else [
                    ("", _("Keep the guess: %(name)s") % {"name": who.institution}),
                    (NEW, _("Create it anew")),
                ]
            )
            self.fields[who.field_name] = forms.ChoiceField(
                label=", ".join(who.printed),
                required=False,
                choices=[*first, *known],
                help_text=", ".join(sorted({str(source) for source in who.sources})[:4]),
            )
