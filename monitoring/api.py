"""Indicator data over REST: one row per indicator × round × category × place."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from frameworks.models import Institution, Plan
from frameworks.permissions import is_insider
from frameworks.tidy import TidyListView
from monitoring.filters import IndicatorDataFilter
from monitoring.models import IndicatorResult


def _number(**options):
    return serializers.DecimalField(
        max_digits=30, decimal_places=12, coerce_to_string=False, allow_null=True, **options
    )


class IndicatorDataRow(serializers.Serializer):
    """One figure. Missing is null, never 0; 0 is a reported zero."""

    plan = serializers.CharField()
    pillar = serializers.CharField()
    activity = serializers.CharField(allow_null=True)
    indicator = serializers.CharField(help_text="indicator code, unique in its plan")
    statement = serializers.CharField()
    type = serializers.CharField()
    unit = serializers.CharField()
    round = serializers.CharField()
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    dimension = serializers.CharField(allow_null=True, help_text="breakdown, null on the total")
    category = serializers.CharField(allow_null=True, help_text="class of the breakdown, null on the total")
    place = serializers.CharField(allow_null=True, help_text="place code, null on the total")
    place_name = serializers.CharField(allow_null=True)
    numerator = _number()
    denominator = _number()
    value = _number(help_text="what is judged: percent for shares (100 × n / d), the figure itself otherwise")
    running_value = _number(help_text="across the rounds so far, as the indicator declares")
    text = serializers.CharField(help_text="answer of a qualitative indicator")
    baseline_value = _number()
    baseline_numerator = _number()
    baseline_denominator = _number()
    baseline_year = serializers.IntegerField(allow_null=True)
    target = _number(help_text="of this round; percent for shares")
    target_is_interpolated = serializers.BooleanField(help_text="lies on the line between two set targets")
    achievement = _number(help_text="percent, raw: below 0 and above 100 are kept")
    achievement_basis = serializers.CharField()
    status = serializers.CharField(
        allow_null=True,
        help_text="achieved, on_track, at_risk, off_track, moved_backwards, no_data, not_yet_due or not_applicable; "
        "null where the figure is hidden",
    )
    computed_status = serializers.CharField(
        allow_null=True, help_text="differs from status where a person has overridden it, with a reason"
    )
    provenance = serializers.CharField(
        help_text="none, reported (unconfirmed), accepted, endorsed or published"
    )
    dissent = serializers.BooleanField(
        help_text="a co-lead has recorded a dissent; its text is in the pillar report"
    )
    verified = serializers.BooleanField(
        help_text="the monitoring team has checked every figure that went in, in the version that counts"
    )
    reporters = serializers.ListField(child=serializers.CharField(), help_text="codes of the institutions")
    no_data_reason = serializers.CharField()
    suppressed = serializers.BooleanField(help_text="small numbers of people are hidden from the public")
    illustrative = serializers.BooleanField(help_text="invented for the demonstration; never quote it")
    updated_at = serializers.DateTimeField()


@extend_schema(tags=["data"], summary="Indicator data", responses=IndicatorDataRow(many=True))
class IndicatorDataList(TidyListView):
    """Tidy rows for Power BI, R or a spreadsheet. Without a token: published figures only, small cells hidden."""

    filterset_class = IndicatorDataFilter
    serializer_class = IndicatorDataRow
    fields = {
        "plan": "indicator__plan__code",
        "pillar": "indicator__pillar__code",
        "activity": "indicator__activity__code",
        "indicator": "indicator__code",
        "statement": "indicator__statement",
        "type": "indicator__type",
        "unit": "indicator__unit",
        "round": "round__label",
        "period_start": "round__period_start",
        "period_end": "round__period_end",
        "dimension": "category__dimension__name",
        "category": "category__name",
        "place": "place__code",
        "place_name": "place__name",
        "numerator": "numerator",
        "denominator": "denominator",
        "value": "measured",
        "running_value": "running_told",
        "text": "text",
        "baseline_value": "indicator__baseline_value",
        "baseline_numerator": "indicator__baseline_numerator",
        "baseline_denominator": "indicator__baseline_denominator",
        "baseline_year": "indicator__baseline_year",
        "target": "target",
        "target_is_interpolated": "target_is_interpolated",
        "achievement": "achievement",
        "achievement_basis": "basis",
        "status": "status",
        "computed_status": "computed_status",
        "provenance": "provenance",
        "dissent": "has_dissent",
        "verified": "is_verified",
        "reporters": "reporter_ids",
        "no_data_reason": "no_data_reason",
        "suppressed": "is_suppressed",
        "illustrative": "indicator__is_illustrative",
        "updated_at": "updated_at",
    }
    #: What a hidden row does not tell: with the target beside it, a status would say how large the figure is.
    HIDDEN = ("numerator", "denominator", "value", "achievement", "status", "computed_status")

    def get_queryset(self):
        user = self.request.user
        return IndicatorResult.objects.visible_to(user).with_running_told_to(user)

    def finish(self, rows):
        codes = dict(
            Institution.objects.filter(pk__in={pk for row in rows for pk in row["reporters"]}).values_list(
                "pk", "code"
            )
        )
        inside = self._plans_read_from_inside(rows)
        for row in rows:
            row["reporters"] = sorted(codes[pk] for pk in row["reporters"])
            if row["plan"] in inside:
                row["suppressed"] = False
            elif row["suppressed"]:
                row |= dict.fromkeys(self.HIDDEN)
        return rows

    def _plans_read_from_inside(self, rows):
        plans = Plan.objects.filter(code__in={row["plan"] for row in rows})
        return {plan.code for plan in plans if is_insider(self.request.user, plan)}
