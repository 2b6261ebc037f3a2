"""The forms of a funding source, and of the rules that a plan's budget is held to."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import FundingSource
from budgets.operations.rules import rules_version
from budgets.operations.sources import source_version
from frameworks.forms.base import ConstrainedForm, VersionedMixin, reason_field
from frameworks.forms.fields import FigureField, lines
from frameworks.models import Institution

#: Whether the money passes through the state's budget; blank is not known.
ON_BUDGET = {True: "yes", False: "no", None: ""}


def drop_unasked_reason(form, plan, *, is_new=False):
    """A reason is asked where something that stood in an endorsed plan is changed, and nowhere else."""
    if is_new or not plan.is_under_change_control:
        del form.fields["reason"]
    else:
        form.fields["reason"].help_text = gettext_lazy("Stands in the history beside what it was before.")


class SourceForm(VersionedMixin, ConstrainedForm):
    """A new funding source of `instance.plan`, or one that is there; the code of that stays."""

    constraint_fields = {"funding_source_code_unique": "code", "funding_source_name_unique": "name"}
    on_budget = forms.TypedChoiceField(
        label=gettext_lazy("On or off budget"),
        required=False,
        choices=[
            ("", gettext_lazy("Not known")),
            ("yes", gettext_lazy("On budget: the money passes through the state's budget")),
            ("no", gettext_lazy("Off budget: it is paid beside the state's budget")),
        ],
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    reason = reason_field()

    class Meta:
        model = FundingSource
        fields = ["code", "name", "kind", "on_budget", "institution", "note"]
        widgets = {"note": lines(3)}
        help_texts = {
            "code": gettext_lazy(
                "Short and stable: it stands in addresses, workbooks and data, for example STATE or TRUST-FUND."
            ),
            "institution": gettext_lazy("Empty: none of the institutions that are known here."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        source = self.instance
        here = Q(country__in=[source.plan.country, ""], merged_into__isnull=True)
        self.fields["institution"].queryset = Institution.objects.filter(
            here | Q(pk=source.institution_id)
        ).in_order()
        self.fields["institution"].label_from_instance = _acronym_and_name
        self.initial["on_budget"] = ON_BUDGET[source.on_budget]
        if source.pk:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = _("Stays as it is: it stands in addresses, workbooks and data.")
            self.add_version(source_version(source))
        drop_unasked_reason(self, source.plan, is_new=not source.pk)

    def clean_code(self):
        code = self.cleaned_data["code"]
        if code.lower() == "new":
            raise ValidationError(
                _("“%(code)s” is no code: it stands in the address of a page.") % {"code": code}
            )
        return code

    @property
    def changed_fields(self):
        return [name for name in self.changed_data if name not in ("version", "reason")]


def _acronym_and_name(institution):
    if institution.acronym and institution.acronym != institution.name:
        return f"{institution.acronym} – {institution.name}"
    return institution.name


class RulesForm(VersionedMixin, forms.Form):
    """The rules of a plan's budget, both in percent."""

    minimum_gender_share = FigureField(
        label=gettext_lazy("Minimum share of the gender budget (%)"),
        max_digits=5,
        decimal_places=2,
        percent=True,
        help_text=gettext_lazy(
            "Of an institution's total budget of a year. For example 5, as in the Philippines. 0: there is no minimum."
        ),
    )
    absorbed_from = FigureField(
        label=gettext_lazy("Absorbed from (%)"),
        max_digits=5,
        decimal_places=2,
        percent=True,
        help_text=gettext_lazy(
            "Spent money counts as absorbed from this share of what was approved up to all of it. Above that it is over-spent."
        ),
    )
    reason = reason_field()

    def __init__(self, *args, rules, **kwargs):
        kwargs["initial"] = {
            "minimum_gender_share": rules.minimum_gender_share,
            "absorbed_from": rules.absorbed_from,
        }
        super().__init__(*args, **kwargs)
        drop_unasked_reason(self, rules.plan)
        self.add_version(rules_version(rules.plan))

    def clean_minimum_gender_share(self):
        share = self.cleaned_data["minimum_gender_share"]
        if not 0 <= share <= 100:
            raise ValidationError(_("A share lies between 0 and 100."))
        return share

    def clean_absorbed_from(self):
        share = self.cleaned_data["absorbed_from"]
        if not 0 < share <= 100:
            raise ValidationError(_("A share above 0 and up to 100 is needed."))
        return share
