"""The forms of an operational plan: an action with its cost lines, a budget line, the note."""

from collections import defaultdict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.currencies import offered
from budgets.models import BudgetLine, FundingSource, OperationalAction, OperationalPlan
from budgets.operations.budget_lines import BOOK_FIELDS, IDENTITY_FIELDS, line_version, was_official
from budgets.operations.planning import Cost, action_version, note_version
from frameworks.forms.base import ConstrainedForm, VersionedMixin
from frameworks.forms.fields import FigureField, lines
from frameworks.models import Activity

#: Blank rows for cost lines; "Save and add more rows" gives as many again.
SPARE_ROWS = 4
MOST_COSTS = 200
#: So much of an activity's text fits into a choice.
_TITLE = 90


def activity_choices(operational_plan, content, keep=None):
    """Choices of activities of the pillar: those that the institution is responsible for this year first."""
    year = operational_plan.year
    own = {part.activity.pk for part in content.parts if part.responsibility}
    groups = defaultdict(list)
    rows = Activity.objects.filter(output__goal__pillar=operational_plan.pillar_id).order_by("sort_key")
    for one in rows.only("code", "title", "years", "retired_on"):
        label = f"{one.code} {one.title[:_TITLE]}{'…' if len(one.title) > _TITLE else ''}"
        if one.retired_on is not None:
            if one.pk == keep:
                groups[_("Retired")].append((one.pk, label))
        elif one.pk in own:
            groups[_("Your institution's this year")].append((one.pk, label))
        elif year in one.years:
            groups[_("Others of this year")].append((one.pk, label))
        else:
            groups[_("Not scheduled this year")].append((one.pk, label))
    order = [
        _("Your institution's this year"),
        _("Others of this year"),
        _("Not scheduled this year"),
        _("Retired"),
    ]
    return [("", _("Choose one")), *((name, groups[name]) for name in order if groups[name])]


def source_choices(plan, keep=()):
    """FundingSources by id, for choices: those in use, and those that are named already."""
    rows = FundingSource.objects.filter(plan=plan).order_by("name")
    return {one.pk: one for one in rows if one.retired_on is None or one.pk in keep}


def _currencies(plan, *kept):
    return [(code, code) for code in offered(plan.currency, *kept)]


class _ActivityChoice:
    """Reads the chosen activity among those of the pillar; the choices are shown in groups."""

    def offer_activities(self, operational_plan, content, keep=None):
        field = self.fields["activity"]
        field.label = operational_plan.plan.words["activity"]
        field.queryset = Activity.objects.filter(
            output__goal__pillar=operational_plan.pillar_id, plan=operational_plan.plan_id
        ).select_related("output__goal")
        field.choices = activity_choices(operational_plan, content, keep)


class ActionForm(_ActivityChoice, VersionedMixin, ConstrainedForm):
    """One action. Its cost lines are in a CostFormSet beside."""

    months = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Months"),
        choices=[(number, name) for number, name in MONTHS.items()],
        coerce=int,
        empty_value=[],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    fixed = ()

    class Meta:
        model = OperationalAction
        fields = ["activity", "title", "unit_responsible", "months", "inputs"]
        widgets = {"title": lines(2), "inputs": lines(2)}

    def __init__(self, *args, content, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_activities(self.instance.operational_plan, content, self.instance.activity_id)
        self.fields["title"].max_length = 2000
        if self.instance.pk:
            self.add_version(action_version(self.instance))


class CostForm(forms.Form):
    """One cost line; a row without anything typed is no cost line."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    description = forms.CharField(label=gettext_lazy("What is paid for"), required=False, max_length=300)
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=60)
    quantity = FigureField(
        label=gettext_lazy("Quantity"), required=False, max_digits=10, decimal_places=2, min_value=0
    )
    unit_cost = FigureField(
        label=gettext_lazy("Unit cost"), required=False, max_digits=14, decimal_places=2, min_value=0
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    funding_source = forms.TypedChoiceField(
        label=gettext_lazy("Funding source"), required=False, coerce=int, empty_value=None
    )
    remove = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def __init__(self, *args, plan, sources, **kwargs):
        super().__init__(*args, **kwargs)
        kept = self.initial.get("currency", "")
        self.fields["currency"].choices = _currencies(plan, kept)
        self.fields["currency"].initial = plan.currency
        self.fields["funding_source"].choices = [
            ("", _("Not found yet")),
            *((one.pk, one.name) for one in sources.values()),
        ]

    @property
    def is_used(self):
        data = self.cleaned_data
        said = [data.get(name) for name in ("description", "unit", "quantity", "unit_cost", "funding_source")]
        return not data.get("remove") and any(one not in (None, "") for one in said)

    def clean(self):
        data = self.cleaned_data
        if not self.is_used:
            if data.get("pk") and not data.get("remove"):
                self.add_error("description", _("Tick “Remove” to take this cost line out."))
            return data
        for name, words in (
            ("description", _("Say what is paid for.")),
            ("quantity", _("Say how many.")),
            ("unit_cost", _("Say what one costs.")),
        ):
            if data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, words)
        return data


class BaseCostFormSet(forms.BaseFormSet):
    """The cost lines of one action. `costs` are the Costs when the set is valid."""

    def __init__(self, *args, plan, sources, **kwargs):
        self.sources = sources
        super().__init__(*args, form_kwargs={"plan": plan, "sources": sources}, **kwargs)

    @property
    def costs(self):
        found = []
        for form in self.forms:
            data = form.cleaned_data
            if not data or not form.is_used:
                continue
            found.append(
                Cost(
                    description=data["description"],
                    unit=data["unit"],
                    quantity=data["quantity"],
                    unit_cost=data["unit_cost"],
                    currency=data["currency"] or form.fields["currency"].initial,
                    funding_source=self.sources.get(data["funding_source"]),
                    pk=data["pk"],
                )
            )
        return found


CostFormSet = forms.formset_factory(
    CostForm, formset=BaseCostFormSet, extra=SPARE_ROWS, max_num=MOST_COSTS, absolute_max=MOST_COSTS
)


def cost_formset(action, items, data=None):
    """The CostFormSet of an action's present CostItems, with blank rows below."""
    plan = action.operational_plan.plan
    sources = source_choices(plan, keep={one.funding_source_id for one in items})
    initial = [
        {
            "pk": one.pk,
            "description": one.description,
            "unit": one.unit,
            "quantity": one.quantity,
            "unit_cost": one.unit_cost,
            "currency": one.currency,
            "funding_source": one.funding_source_id,
        }
        for one in items
    ]
    return CostFormSet(data, initial=initial, prefix="costs", plan=plan, sources=sources)


class LineForm(_ActivityChoice, VersionedMixin, ConstrainedForm):
    """One budget line, as far as it may be written now: `is_locked` leaves what the institution's books say.

    What a line is about (activity, source, currency) is shown, not asked, once the line was handed in.
    """

    drafted = FigureField(
        label=gettext_lazy("Proposed"),
        required=False,
        max_digits=18,
        decimal_places=2,
        help_text=gettext_lazy("What your institution asks for. Empty: not said yet; 0 is an amount."),
    )
    released = FigureField(
        label=gettext_lazy("Released"),
        required=False,
        max_digits=18,
        decimal_places=2,
        help_text=gettext_lazy("What your institution was given of it, by your books."),
    )
    spent = FigureField(
        label=gettext_lazy("Spent"),
        required=False,
        max_digits=18,
        decimal_places=2,
        help_text=gettext_lazy(
            "What was paid from this line, by your books. What counts in the plan's totals is what you report in the round; "
            "this says from which source it came."
        ),
    )
    fixed = ()
    constraint_fields = {
        "budget_line_once": "reference",
        "budget_line_drafted_not_negative": "drafted",
        "budget_line_released_not_negative": "released",
        "budget_line_spent_not_negative": "spent",
    }

    class Meta:
        model = BudgetLine
        fields = [
            "activity", "funding_source", "reference", "description", "currency", "drafted", "gender_tag", "released",
            "spent",
        ]  # fmt: skip

    def __init__(self, *args, content, **kwargs):
        super().__init__(*args, **kwargs)
        line = self.instance
        operational_plan = line.operational_plan
        self.is_locked = not operational_plan.is_editable
        self.is_fixed = bool(line.pk) and was_official(line)
        if self.is_locked:
            dropped = set(self.fields) - BOOK_FIELDS
        else:
            dropped = IDENTITY_FIELDS if self.is_fixed else set()
        for name in dropped:
            del self.fields[name]
        if "activity" in self.fields:
            self.offer_activities(operational_plan, content, line.activity_id)
        if "funding_source" in self.fields:
            sources = source_choices(operational_plan.plan, keep={line.funding_source_id})
            self.fields["funding_source"].queryset = FundingSource.objects.filter(pk__in=sources)
            self.fields["funding_source"].empty_label = _("Choose one")
        if "currency" in self.fields:
            self.fields["currency"] = forms.ChoiceField(
                label=_("Currency"),
                choices=_currencies(operational_plan.plan, line.currency),
                initial=line.currency or operational_plan.plan.currency,
            )
        if "gender_tag" in self.fields:
            self.fields["gender_tag"].choices = [
                ("", _("Not assessed")),
                *(one for one in self.fields["gender_tag"].choices if one[0]),
            ]
        if line.pk:
            self.add_version(line_version(line))

    @property
    def changed_fields(self):
        return [name for name in self.changed_data if name in self.Meta.fields]


class NoteForm(VersionedMixin, ConstrainedForm):
    """What the working group should know of the operational plan."""

    fixed = ()

    class Meta:
        model = OperationalPlan
        fields = ["note"]
        widgets = {"note": lines(5)}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].max_length = 4000
        self.add_version(note_version(self.instance))

    def clean_note(self):
        note = self.cleaned_data["note"]
        if len(note) > 4000:
            raise ValidationError(_("At most 4000 characters."))
        return note
