"""The form of an activity: code, text, years, where it hangs, and the institutions that lead it."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.forms.base import ConstrainedForm, VersionedMixin, ask_why_added, reason_field
from frameworks.forms.fields import WholeNumberField, lines
from frameworks.forms.parts import PartChoiceField, follow_field
from frameworks.models import Activity, Institution
from frameworks.models.plan import LeadRole
from frameworks.operations.activities import LeadLine, activity_version

#: Empty rows under the leads that are there.
SPARE_ROWS = 3


def institution_choices(plan, *, keep=()):
    """Institution id → Institution: those of the plan's country and regional ones, and `keep` whatever they are."""
    fitting = Q(country__in=["", plan.country], merged_into__isnull=True) | Q(pk__in=keep)
    return {one.pk: one for one in Institution.objects.filter(fitting).in_order()}


def institution_options(institutions):
    """Options of a select: the acronym first, the name behind it."""
    return [
        (one.pk, f"{one.acronym} – {one.name}" if one.acronym and one.acronym != one.name else one.name)
        for one in institutions.values()
    ]


class ActivityForm(VersionedMixin, ConstrainedForm):
    """parents: the outputs that it may hang on."""

    constraint_fields = {"activity_code_unique": "code"}

    years = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Years in which it is planned"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    follow = follow_field()
    reason = reason_field()

    class Meta:
        model = Activity
        fields = ["output", "code", "title", "years"]
        field_classes = {"output": PartChoiceField}
        widgets = {"title": lines(3)}

    def __init__(self, *args, parents, **kwargs):
        super().__init__(*args, **kwargs)
        plan = self.instance.plan
        self.fields["title"].label = plan.words["activity"]
        self.fields["output"].label = plan.words["output"]
        self.fields["output"].queryset = parents
        self.fields["output"].empty_label = None
        # A year that the plan no longer has stays on offer, so that it can be seen and taken off.
        years = sorted({*plan.years, *self.instance.years})
        self.fields["years"].choices = [(year, str(year)) for year in years]
        self.fields["reason"].required = False
        if not plan.is_under_change_control:
            del self.fields["reason"]
        elif not self.instance.pk:
            ask_why_added(self.fields["reason"])
        if self.instance.pk:
            self.add_version(activity_version(self.instance))
        else:
            del self.fields["follow"]

    def clean_years(self):
        return sorted(self.cleaned_data["years"])

    @property
    def changed_fields(self):
        return [name for name in self.changed_data if name in self._meta.fields]


class LeadForm(forms.Form):
    institution = forms.ChoiceField(label=gettext_lazy("Institution"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=LeadRole.choices, required=False)
    order = WholeNumberField(label=gettext_lazy("Order"), min_value=0, max_value=99, required=False)
    is_accountable = forms.BooleanField(label=gettext_lazy("Accountable"), required=False)
    remove = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def __init__(self, *args, options, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["institution"].choices = [("", _("Nobody")), *options]

    @property
    def is_used(self):
        data = self.cleaned_data
        return bool(data.get("institution")) and not data.get("remove")


class BaseLeadFormSet(forms.BaseFormSet):
    """The leads of one activity. `lines` are the LeadLines when the set is valid."""

    def __init__(self, *args, institutions, **kwargs):
        self.institutions = institutions
        super().__init__(*args, form_kwargs={"options": institution_options(institutions)}, **kwargs)

    @property
    def lines(self):
        rows = [form.cleaned_data for form in self.forms if form.is_used]
        # Rows without a number come last, in the order of the page.
        rows.sort(key=lambda row: (row["order"] is None, row["order"] or 0))
        return [
            LeadLine(
                self.institutions[int(row["institution"])],
                row["role"] or LeadRole.LEAD,
                row["is_accountable"],
                order,
            )
            for order, row in enumerate(rows)
        ]

    def clean(self):
        if any(self.errors):
            return
        leads = self.lines
        seen = set()
        for line in leads:
            if line.institution.pk in seen:
                raise ValidationError(
                    _("%(institution)s is there twice: each institution leads once.")
                    % {"institution": line.institution}
                )
            seen.add(line.institution.pk)
        accountable = [line for line in leads if line.is_accountable]
        if len(accountable) > 1:
            raise ValidationError(
                _("Only one institution can be accountable, not %(names)s.")
                % {"names": ", ".join(str(line.institution) for line in accountable)}
            )
        able = [line for line in leads if not line.institution.is_group]
        if able and not accountable:
            raise ValidationError(_("Tick one institution as accountable: it submits the report."))
        if able and accountable[0].institution.is_group:
            raise ValidationError(
                _("%(group)s is a group of institutions and submits no report: tick another as accountable.")
                % {"group": accountable[0].institution}
            )


LeadFormSet = forms.formset_factory(LeadForm, formset=BaseLeadFormSet, extra=SPARE_ROWS, max_num=60)


def lead_formset(activity, leads, data=None):
    """The formset of an activity's present leads (Lead rows)."""
    institutions = institution_choices(activity.plan, keep=[lead.institution_id for lead in leads])
    initial = [
        {
            "institution": lead.institution_id,
            "role": lead.role,
            "order": number,
            "is_accountable": lead.is_accountable,
        }
        for number, lead in enumerate(leads, start=1)
    ]
    return LeadFormSet(data, initial=initial, prefix="leads", institutions=institutions)
