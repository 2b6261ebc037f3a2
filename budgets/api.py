"""The money over REST: budget lines one by one, and what they add up to."""

import django_filters
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.fields import BooleanField
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers

from budgets.models import BudgetLine, BudgetYear, ExchangeRate
from budgets.models.planning import own_budgets, read_budgets
from budgets.rates import Rates
from frameworks.api_filters import ChoicesFilter, CodesFilter
from frameworks.permissions import visible_plan_ids
from frameworks.tidy import TidyDetailView, TidyListView

AMOUNTS = ("proposed", "approved", "released", "spent")


def money_serializer(help_text=""):
    return serializers.DecimalField(
        max_digits=36, decimal_places=2, coerce_to_string=False, allow_null=True, help_text=help_text
    )


class BudgetLineRow(serializers.Serializer):
    """Money for one activity from one source in the budget of an institution and a year. null: nobody said; 0 is an amount."""

    id = serializers.IntegerField()
    plan = serializers.CharField()
    year = serializers.IntegerField()
    pillar = serializers.CharField(help_text="code, for example P1")
    goal = serializers.CharField(help_text="code")
    output = serializers.CharField(help_text="code, for example 1.1")
    activity = serializers.CharField(help_text="code, for example 1.1.2")
    institution = serializers.CharField(help_text="code, for example SEI")
    source = serializers.CharField(help_text="code of the funding source")
    source_kind = serializers.CharField(help_text="state, partner, cso, fund or other")
    on_budget = serializers.BooleanField(
        allow_null=True, help_text="whether the money passes through the state's budget; null: not known"
    )
    reference = serializers.CharField(help_text="of the line in the institution's own budget")
    description = serializers.CharField()
    gender_tag = serializers.CharField(help_text="principal, significant, not_targeted; empty: not assessed")
    currency = serializers.CharField(help_text="of the amounts, ISO 4217")
    drafted = money_serializer("to the institution itself only: what it is about to propose")
    proposed = money_serializer("as handed in; to insiders")
    approved = money_serializer("by the steering committee")
    released = money_serializer("to insiders")
    spent = money_serializer(
        "what the institution's books say was paid from this line; to insiders. What counts as spent is what is reported in the "
        "rounds: see budget-summary"
    )
    plan_currency = serializers.CharField()
    proposed_in_plan_currency = money_serializer("null also where there is no rate")
    approved_in_plan_currency = money_serializer("null also where there is no rate")
    released_in_plan_currency = money_serializer("null also where there is no rate")
    spent_in_plan_currency = money_serializer("null also where there is no rate")
    rate = serializers.DecimalField(
        max_digits=18,
        decimal_places=8,
        coerce_to_string=False,
        allow_null=True,
        help_text="what one unit is worth in the plan's currency; null: not needed, or there is none",
    )
    rate_valid_on = serializers.DateField(allow_null=True)
    rate_source = serializers.CharField(allow_null=True)
    updated_at = serializers.DateTimeField(
        allow_null=True, help_text="when the line was last changed; to insiders"
    )


class BudgetLineFilter(django_filters.FilterSet):
    plan = CodesFilter(field_name="operational_plan__plan__code", lookup_expr="in", label=_("plan codes"))
    year = CodesFilter(method="of_year", label=_("years"))
    pillar = CodesFilter(
        field_name="operational_plan__pillar__code", lookup_expr="in", label=_("pillar codes")
    )
    goal = CodesFilter(field_name="activity__output__goal__code", lookup_expr="in", label=_("goal codes"))
    output = CodesFilter(field_name="activity__output__code", lookup_expr="in", label=_("output codes"))
    activity = CodesFilter(field_name="activity__code", lookup_expr="in", label=_("activity codes"))
    institution = CodesFilter(
        method="of_institution", label=_("institution codes; one finds those merged into it too")
    )
    source = CodesFilter(field_name="funding_source__code", lookup_expr="in", label=_("source codes"))
    source_kind = CodesFilter(field_name="funding_source__kind", lookup_expr="in", label=_("kinds of source"))
    on_budget = django_filters.BooleanFilter(
        field_name="funding_source__on_budget", label=_("whether the money passes through the state's budget")
    )
    gender_tag = ChoicesFilter(
        field_name="gender_tag",
        lookup_expr="in",
        choices=[(one, one) for one in ("principal", "significant", "not_targeted")],
        label=_("gender tags"),
    )
    currency = CodesFilter(field_name="currency", lookup_expr="in", label=_("currencies"))
    updated_since = django_filters.IsoDateTimeFilter(
        method="changed_since", label=_("changed at or after this moment (ISO 8601); insiders only")
    )

    class Meta:
        model = BudgetLine
        fields = []

    def of_year(self, queryset, name, codes):
        years = [int(one) for one in codes if one.isascii() and one.isdecimal() and len(one) == 4]
        return queryset.filter(operational_plan__year__in=years)

    def of_institution(self, queryset, name, codes):
        own = Q(operational_plan__institution__code__in=codes)
        return queryset.filter(own | Q(operational_plan__institution__merged_into__code__in=codes))

    def changed_since(self, queryset, name, moment):
        """What outsiders read shows no change to drafts: of their rows none is said to have changed."""
        events = BudgetLine.pgh_event_model.objects.filter(pgh_obj=OuterRef("pk"), pgh_created_at__gte=moment)
        return queryset.filter(Exists(events), is_inside=True)


class OfBudgetLines:
    """What the list and the single row share."""

    serializer_class = BudgetLineRow
    fields = {
        "id": "pk",
        "plan": "operational_plan__plan__code",
        "year": "operational_plan__year",
        "pillar": "operational_plan__pillar__code",
        "goal": "activity__output__goal__code",
        "output": "activity__output__code",
        "activity": "activity__code",
        "institution": "operational_plan__institution__code",
        "source": "funding_source__code",
        "source_kind": "funding_source__kind",
        "on_budget": "funding_source__on_budget",
        "reference": "reference",
        "description": "description",
        "gender_tag": "gender_tag",
        "currency": "currency",
        "drafted": "shown_drafted",
        "proposed": "shown_proposed",
        "approved": "approved",
        "released": "shown_released",
        "spent": "shown_spent",
        "plan_currency": "operational_plan__plan__currency",
        "updated_at": "updated_at",
        "_plan": "operational_plan__plan",
    }

    def get_queryset(self):
        """Insiders: official lines, and all of one's own institution. Everybody: approved ones of published years."""
        user = self.request.user
        published = BudgetYear.objects.published().filter(
            plan=OuterRef("operational_plan__plan"), year=OuterRef("operational_plan__year")
        )
        public = (
            Q(approved__isnull=False)
            & Q(operational_plan__plan__in=visible_plan_ids(user))
            & Q(Exists(published))
        )
        inside = Q(pk__in=BudgetLine.objects.visible_to(user).values("pk"))
        events = BudgetLine.pgh_event_model.objects.filter(pgh_obj=OuterRef("pk")).order_by("-pgh_id")
        changed = Subquery(events.values("pgh_created_at")[:1])
        return BudgetLine.objects.filter(inside | public).annotate(
            is_inside=_whether(
                read_budgets(user, "operational_plan__") | own_budgets(user, "operational_plan__")
            ),
            shown_drafted=Case(When(own_budgets(user, "operational_plan__"), then=F("drafted"))),
            updated_at=Case(When(is_inside=True, then=changed)),
            **{
                f"shown_{one}": Case(When(is_inside=True, then=F(one)))
                for one in AMOUNTS
                if one != "approved"
            },
        )

    def finish(self, rows):
        """Beside each amount what it is worth in the plan's currency. One query for the rates of all plans."""
        plans = {row["_plan"]: row["plan_currency"] for row in rows}
        entered = {plan: [] for plan in plans}
        for rate in ExchangeRate.objects.filter(plan__in=plans):
            entered[rate.plan_id].append(rate)
        rates = {plan: Rates(currency, entered[plan]) for plan, currency in plans.items()}
        for row in rows:
            of_plan, currency, year = rates[row.pop("_plan")], row["currency"], row["year"]
            rate = of_plan.of(currency, year) if currency != of_plan.currency else None
            for one in AMOUNTS:
                row[f"{one}_in_plan_currency"] = of_plan.convert(row[one], currency, year)
            row["rate"] = rate.rate if rate else None
            row["rate_valid_on"] = rate.valid_on if rate else None
            row["rate_source"] = rate.source if rate else None
        return rows


def _whether(condition):
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


@extend_schema(
    tags=["budget"],
    summary="Budget lines",
    responses=BudgetLineRow(many=True),
    examples=[
        OpenApiExample(
            "One line in euros",
            value={
                "id": 12,
                "plan": "TL-NAP-2024-2028",
                "year": 2026,
                "pillar": "P1",
                "activity": "1.1.2",
                "institution": "MAE",
                "source": "EU",
                "currency": "EUR",
                "approved": 10000,
                "plan_currency": "USD",
                "approved_in_plan_currency": 10850,
                "rate": 1.085,
                "rate_valid_on": "2026-01-15",
            },
            response_only=True,
        )
    ],
)
class BudgetLineList(OfBudgetLines, TidyListView):
    """Insiders of a plan: the lines that were handed in or approved, and those of their own institution. Everybody: the approved
    ones of published years, for example `?plan=TL-NAP-2024-2028&year=2025,2026&source_kind=partner`.

    A line that was taken out is no longer in the list. Totals are in budget-summary.
    """

    filterset_class = BudgetLineFilter


@extend_schema(tags=["budget"], summary="One budget line", responses=BudgetLineRow)
class BudgetLineDetail(OfBudgetLines, TidyDetailView):
    """404 for one that you may not read, as for one that is not there."""
