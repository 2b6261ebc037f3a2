"""What a plan's money adds up to, over REST: the totals of the pages (budgets/totals.py), by the dimensions asked for."""

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, generics, serializers
from rest_framework.response import Response

from budgets.api import money_serializer
from budgets.counted import PUBLIC_MEASURES, Dimension, Measure, reads_inside
from budgets.names import NONE, NOT_ASSESSED, Names, values_of
from budgets.totals import load_totals
from frameworks.models import Plan

#: Dimensions at once, and rows of an answer.
MOST_DIMENSIONS, MOST_ROWS = 4, 5000
_CODE = "code; null: not known by this dimension"


class AmountsRow(serializers.Serializer):
    """Amounts in the plan's currency. null: nobody said anything, which is not 0."""

    costed = money_serializer("to insiders; never by institution or source")
    proposed = money_serializer("to insiders")
    approved = money_serializer()
    released = money_serializer("to insiders")
    spent = money_serializer("what was reported in the rounds; where nothing was, what the lines say")
    execution = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        coerce_to_string=False,
        allow_null=True,
        help_text="percent: spent of approved",
    )


class SummaryRow(AmountsRow):
    """One cell: the values of the dimensions that were asked for, and its amounts."""

    pillar = serializers.CharField(required=False, help_text="code")
    goal = serializers.CharField(required=False, help_text="code")
    output = serializers.CharField(required=False, help_text="code")
    activity = serializers.CharField(
        required=False, allow_null=True, help_text="code; null: a rough estimate of an output"
    )
    institution = serializers.CharField(required=False, allow_null=True, help_text=_CODE)
    source = serializers.CharField(required=False, allow_null=True, help_text=_CODE)
    source_kind = serializers.CharField(
        required=False, allow_null=True, help_text="state, partner, cso, fund, other; null: source not stated"
    )
    on_budget = serializers.CharField(required=False, allow_null=True, help_text="on, off; null: not known")
    gender = serializers.CharField(
        required=False,
        allow_null=True,
        help_text=f"principal, significant, not_targeted, {NOT_ASSESSED}; null: not stated",
    )
    year = serializers.IntegerField(required=False)


class MissingRow(serializers.Serializer):
    """An amount that is in no total, because there is no rate."""

    currency = serializers.CharField()
    year = serializers.IntegerField()
    measure = serializers.CharField(help_text="costed, proposed, approved, released or spent")
    amount = money_serializer("in `currency`")


class RateRow(serializers.Serializer):
    """A rate that amounts of a currency and year were converted by."""

    currency = serializers.CharField()
    year = serializers.IntegerField()
    rate = serializers.DecimalField(max_digits=18, decimal_places=8, coerce_to_string=False)
    valid_on = serializers.DateField()
    source = serializers.CharField()


class BudgetSummaryAnswer(serializers.Serializer):
    """The totals. `total` is the sum of `results`; what has no rate is in neither, but in `missing`."""

    plan = serializers.CharField()
    currency = serializers.CharField()
    by = serializers.ListField(child=serializers.CharField())
    results = SummaryRow(many=True)
    total = AmountsRow()
    missing = MissingRow(many=True)
    rates = RateRow(many=True)


def _filter(dimension):
    example = {"year": "2026", "pillar": "P1", "institution": "SEI,MAE", "on_budget": "off"}.get(
        dimension.value
    )
    words = f"codes, separated by commas{f', for example {example}' if example else ''}; {NONE} for what is not known by it"
    return OpenApiParameter(dimension.value, OpenApiTypes.STR, description=words)


class BudgetSummary(generics.GenericAPIView):
    """Totals of one plan as you may read them: insiders all steps, everybody what was approved and spent in published years.

    For example `?plan=TL-NAP-2024-2028&by=pillar,year` or `?plan=TL-NAP-2024-2028&by=source&year=2026&pillar=P1`.
    """

    serializer_class = BudgetSummaryAnswer
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        tags=["budget"],
        summary="Budget totals",
        responses=BudgetSummaryAnswer,
        parameters=[
            OpenApiParameter("plan", OpenApiTypes.STR, required=True, description="code of the plan"),
            OpenApiParameter(
                "by",
                OpenApiTypes.STR,
                description=f"dimensions, separated by commas, at most {MOST_DIMENSIONS}: {', '.join(Dimension.values)}; "
                "without any there is one row",
            ),
            *map(_filter, Dimension),
        ],
    )
    def get(self, request):
        plan, by, only = self._asked(request)
        inside = reads_inside(request.user, plan)
        totals = load_totals(
            plan, request.user, by=by, only=only, measures=None if inside else PUBLIC_MEASURES
        )
        if len(totals.cells) > MOST_ROWS:
            words = _("This makes %(rows)d rows; at most %(most)d are told at once: ask by less, or filter.")
            raise exceptions.ValidationError({"by": [words % {"rows": len(totals.cells), "most": MOST_ROWS}]})
        names = Names(plan)
        named = [
            ([names.of(one, value) for one, value in zip(by, key, strict=True)], key, amounts)
            for key, amounts in totals.cells.items()
        ]
        named.sort(key=lambda row: [name.order for name in row[0]])
        return Response(
            {
                "plan": plan.code,
                "currency": plan.currency,
                "by": [str(one) for one in by],
                "results": [
                    {
                        str(one): _told(one, value, name)
                        for one, value, name in zip(by, key, found, strict=True)
                    }
                    | _amounts(amounts)
                    for found, key, amounts in named
                ],
                "total": _amounts(totals.total),
                "missing": [
                    {"currency": one.currency, "year": one.year, "measure": one.measure, "amount": one.amount}
                    for one in totals.missing
                ],
                "rates": [
                    {
                        "currency": currency,
                        "year": year,
                        "rate": rate.rate,
                        "valid_on": rate.valid_on,
                        "source": rate.source,
                    }
                    for (currency, year), rate in sorted(totals.rates.items())
                ],
            }
        )

    def _asked(self, request):
        """The plan, the dimensions and the filters; ValidationError for what is misspelled, Http404 for another's plan."""
        query = request.query_params
        known = {"plan", "by", "format", *Dimension.values}
        unknown = sorted(set(query) - known)
        if unknown:
            words = _("There is no such filter. Known filters: %(known)s.") % {
                "known": ", ".join(sorted(known - {"format"}))
            }
            raise exceptions.ValidationError({name: [words] for name in unknown})
        for name, value in query.items():
            if "\x00" in value:
                raise exceptions.ValidationError({name: [_("Null characters are not allowed.")]})
        if not query.get("plan"):
            raise exceptions.ValidationError({"plan": [_("Say which plan, by its code.")]})
        by = [one for one in query.get("by", "").split(",") if one]
        wrong = [one for one in by if one not in Dimension.values]
        if wrong or len(set(by)) > MOST_DIMENSIONS:
            words = _("At most %(most)d of: %(known)s.") % {
                "most": MOST_DIMENSIONS,
                "known": ", ".join(Dimension.values),
            }
            raise exceptions.ValidationError({"by": [words]})
        plan = Plan.objects.visible_to(request.user).filter(code=query["plan"]).first()
        if plan is None:
            raise Http404
        return plan, tuple(dict.fromkeys(map(Dimension, by))), self._only(plan, query)

    def _only(self, plan, query):
        only = {}
        for dimension in Dimension:
            codes = [one for one in query.get(dimension.value, "").split(",") if one]
            values, unknown = values_of(plan, dimension, codes)
            if unknown:
                words = _("There is no such code: %(codes)s.") % {"codes": ", ".join(unknown)}
                raise exceptions.ValidationError({dimension.value: [words]})
            if values:
                only[dimension] = values
        return only


def _told(dimension, value, name):
    if value is None or dimension == Dimension.YEAR:
        return value
    return name.code


def _amounts(amounts):
    execution = amounts.execution
    return {str(one): amounts.of(one) for one in Measure} | {
        "execution": None if execution is None else round(execution, 2)
    }
