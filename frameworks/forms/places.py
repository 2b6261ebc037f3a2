"""The forms of the tree of places: one place, its end, and the file of a whole table."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.forms.base import ConstrainedForm, VersionedMixin
from frameworks.forms.fields import DayField, WholeNumberField
from frameworks.imports.parts import MAX_UPLOAD, MB
from frameworks.models import Place
from frameworks.models.place import TOP_KINDS, PlaceKind, kinds_in
from frameworks.models.plan import code_validator
from frameworks.operations.places import place_version


class PlaceForm(VersionedMixin, ConstrainedForm):
    """A place. A new one lies where the page was opened (`instance.parent`); an existing one may be moved by a code."""

    fixed = ("country",)
    constraint_fields = {
        "place_code_unique": "code",
        "place_dates_in_order": "valid_until",
        "place_not_in_itself": "parent",
    }
    population = WholeNumberField(
        label=gettext_lazy("People"),
        required=False,
        min_value=0,
        max_value=2_147_483_647,
        help_text=gettext_lazy("By a census. Leave it empty when you do not know."),
    )
    population_year = WholeNumberField(
        label=gettext_lazy("Year of the census"), required=False, min_value=1900, max_value=2100
    )
    valid_from = DayField(
        label=gettext_lazy("Exists since"), required=False, help_text=gettext_lazy("Empty: always has.")
    )
    valid_until = DayField(
        label=gettext_lazy("Existed until"),
        required=False,
        help_text=gettext_lazy("Its last day. Empty: it still exists."),
    )
    parent_code = forms.CharField(
        label=gettext_lazy("Lies in (code)"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("The code of the place around it; empty for a municipality."),
    )

    class Meta:
        model = Place
        fields = ["name", "code", "kind", "population", "population_year", "valid_from", "valid_until"]
        help_texts = {
            "code": gettext_lazy(
                "Short and stable: it stands in addresses, data and imports, for example TL-DI-04."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        place = self.instance
        self.fields["code"].validators.append(code_validator)
        if place.pk:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = _("Stays as it is: it stands in addresses and data.")
            self.initial["parent_code"] = place.parent.code if place.parent else ""
            self.add_version(place_version(place))
        else:
            del self.fields["parent_code"]
            kinds = kinds_in(place.parent.kind) if place.parent else TOP_KINDS
            self.fields["kind"].choices = [(kind.value, kind.label) for kind in PlaceKind if kind in kinds]
            self.initial["kind"] = kinds[0]

    def clean_code(self):
        code = self.cleaned_data["code"]
        if code.lower() in ("new", "import", "export"):
            raise ValidationError(
                _("“%(code)s” is no code: it stands in the address of a page.") % {"code": code}
            )
        return code

    def clean_parent_code(self):
        code = self.cleaned_data["parent_code"].strip()
        if not code:
            self.instance.parent = None
            return code
        found = Place.objects.filter(country=self.instance.country, code=code).first()
        if found is None:
            raise ValidationError(_("No place here has the code “%(code)s”.") % {"code": code})
        self.instance.parent = found
        return code

    def add_refusal(self, error):
        """What is wrong with the place around belongs to the field with its code."""
        if "parent_code" in self.fields and hasattr(error, "error_dict") and "parent" in error.error_dict:
            error.error_dict["parent_code"] = error.error_dict.pop("parent")
        super().add_refusal(error)

    @property
    def changed_fields(self):
        return [
            "parent" if name == "parent_code" else name for name in self.changed_data if name != "version"
        ]


class PlaceEndForm(forms.Form):
    valid_until = DayField(
        label=gettext_lazy("Its last day"),
        help_text=gettext_lazy("What lies in it ends on the same day, where it has not ended before."),
    )


class PlacesFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Excel workbook (.xlsx) or CSV file"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
        help_text=gettext_lazy("One row for each place, with headers above. At most 10 MB."),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD:
            raise ValidationError(
                _("“%(file)s” is %(size)s MB; the limit is %(limit)s MB.")
                % {"file": file.name, "size": round(file.size / MB, 1), "limit": MAX_UPLOAD // MB}
            )
        return file
