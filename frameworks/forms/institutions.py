"""The form of an institution."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.countries import country_name
from frameworks.forms.base import ConstrainedForm, VersionedMixin
from frameworks.forms.fields import LinesField
from frameworks.models import Institution
from frameworks.models.people import InstitutionKind
from frameworks.models.plan import code_validator
from frameworks.operations.institutions import editable_countries, institution_version


class InstitutionForm(VersionedMixin, ConstrainedForm):
    fixed = ()
    constraint_fields = {
        "institution_named": "name",
        "institution_not_its_own_parent": "parent",
        "institution_alias_unique": "other_names",
    }
    other_names = LinesField(
        label=gettext_lazy("Other names"),
        required=False,
        rows=3,
        help_text=gettext_lazy(
            "One per line: other acronyms and spellings in documents (MI for MOI). An import recognises them."
        ),
    )
    keep_old = forms.BooleanField(
        label=gettext_lazy("Keep the old name among the other names"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "When the name or the acronym changes: older documents go on being understood."
        ),
    )

    class Meta:
        model = Institution
        fields = ["acronym", "name", "code", "kind", "country", "parent", "members", "contact_email"]
        widgets = {"members": forms.CheckboxSelectMultiple}
        help_texts = {
            "parent": gettext_lazy("For a directorate: its ministry."),
            "members": gettext_lazy("Only for a group of institutions, such as “CSOs”."),
            "contact_email": gettext_lazy("A mailbox of the institution, not of a person. Only people who sign in see it."),
        }  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.countries = editable_countries(user)
        others = Institution.objects.filter(merged_into__isnull=True).exclude(pk=self.instance.pk)
        if self.countries is not None:
            others = others.filter(country__in=[*self.countries, ""])
        self.fields["parent"].queryset = others
        self.fields["parent"].empty_label = _("None")
        for name in ("parent", "members"):
            self.fields[name].label_from_instance = _label
        self.fields["members"].queryset = others.exclude(kind=InstitutionKind.GROUP)
        self.fields["code"].validators.append(code_validator)
        if self.instance.pk:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = _("Stays as it is: it stands in addresses and data.")
            self.initial["other_names"] = [one.name for one in self.instance.aliases.all()]
            self.add_version(institution_version(self.instance))
        else:
            del self.fields["keep_old"]
        self.order_fields(
            [
                "acronym",
                "name",
                "code",
                "kind",
                "country",
                "parent",
                "members",
                "other_names",
                "contact_email",
            ]
        )

    def clean_code(self):
        code = self.cleaned_data["code"]
        if code.lower() == "new":
            raise ValidationError(_("“new” is no code: it stands in the address of this page."))
        return code

    def clean_country(self):
        country = self.cleaned_data["country"].upper()
        if country and not re.fullmatch(r"[A-Z]{2}", country):
            raise ValidationError(
                _(
                    "Write the two letters of the country, for example TL, or leave it empty for a regional body."
                )
            )
        if self.countries is not None and country and country not in self.countries:
            names = ", ".join(f"{code} ({country_name(code)})" for code in sorted(self.countries))
            raise ValidationError(_("You look after institutions of: %(names)s.") % {"names": names})
        return country

    def clean_other_names(self):
        names = self.cleaned_data["other_names"]
        too_long = [name for name in names if len(name) > 200]
        if too_long:
            raise ValidationError(
                _("“%(name)s…” is longer than 200 characters.") % {"name": too_long[0][:30]}
            )
        return names

    @property
    def aliases(self):
        """All other names as they should be, with the name or acronym that the form replaces if that is ticked."""
        names = list(self.cleaned_data["other_names"])
        if self.cleaned_data.get("keep_old"):
            known = {
                name.lower() for name in (*names, self.cleaned_data["name"], self.cleaned_data["acronym"])
            }
            for field in ("name", "acronym"):
                old = self.initial.get(field)
                if field in self.changed_data and old and old.lower() not in known:
                    names.append(old)
                    known.add(old.lower())
        return names

    @property
    def changed_fields(self):
        own = {field.name for field in Institution._meta.local_fields}
        return [name for name in self.changed_data if name in own]


def _label(institution):
    if institution.acronym and institution.acronym != institution.name:
        return f"{institution.acronym} – {institution.name}"
    return institution.name
