"""The framework over REST: plans, the metadata of indicators, external frameworks and the crosswalk to them."""

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from frameworks.api_filters import ChoicesFilter, CodesFilter
from frameworks.crosswalk import LEVELS, in_level, live_links
from frameworks.models import ExternalFramework, Indicator, Plan, Provision, ProvisionLink
from frameworks.tidy import TidyListView


class PlanRow(serializers.Serializer):
    """One plan."""

    code = serializers.CharField()
    title = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2")
    generation = serializers.IntegerField()
    level = serializers.CharField(help_text="national or subnational")
    status = serializers.CharField(help_text="in_development, endorsed, active or expired")
    start_year = serializers.IntegerField()
    end_year = serializers.IntegerField()
    adopted_on = serializers.DateField(allow_null=True)
    parent = serializers.CharField(allow_null=True, help_text="code of the parent plan")
    predecessor = serializers.CharField(allow_null=True, help_text="code of the preceding plan")
    currency = serializers.CharField()
    on_track_from = serializers.DecimalField(
        max_digits=5, decimal_places=2, coerce_to_string=False, help_text="percent of achievement"
    )
    at_risk_from = serializers.DecimalField(
        max_digits=5, decimal_places=2, coerce_to_string=False, help_text="percent of achievement"
    )
    holds_illustrative_data = serializers.BooleanField()


class PlanFilter(django_filters.FilterSet):
    country = CodesFilter(field_name="country", lookup_expr="in", label=_("two-letter country codes"))
    status = CodesFilter(field_name="status", lookup_expr="in", label=_("statuses"))

    class Meta:
        model = Plan
        fields = []


@extend_schema(tags=["framework"], summary="Plans", responses=PlanRow(many=True))
class PlanList(TidyListView):
    """Plans that you may read: without a token the public ones."""

    filterset_class = PlanFilter
    serializer_class = PlanRow
    ordering = ("code",)
    fields = {
        name: name
        for name in (
            "code", "title", "country", "generation", "level", "status", "start_year", "end_year", "adopted_on",
            "currency", "on_track_from", "at_risk_from", "holds_illustrative_data",
        )
    } | {"parent": "parent__code", "predecessor": "predecessor__code"}  # fmt: skip

    def get_queryset(self):
        return Plan.objects.visible_to(self.request.user)

    def finish(self, rows):
        """A plan that builds on one that the reader may not know of does not give it away."""
        named = {row[name] for row in rows for name in ("parent", "predecessor")} - {None}
        known = set(self.get_queryset().filter(code__in=named).values_list("code", flat=True))
        for row in rows:
            for name in ("parent", "predecessor"):
                row[name] = row[name] if row[name] in known else None
        return rows


class IndicatorRow(serializers.Serializer):
    """The metadata of one indicator. Figures are in indicator-data."""

    plan = serializers.CharField()
    pillar = serializers.CharField()
    goal = serializers.CharField(allow_null=True, help_text="code, when the indicator measures a goal")
    output = serializers.CharField(allow_null=True, help_text="code, when the indicator measures an output")
    activity = serializers.CharField(
        allow_null=True, help_text="code, when the indicator measures an activity"
    )
    code = serializers.CharField()
    statement = serializers.CharField()
    definition = serializers.CharField()
    type = serializers.CharField(
        help_text="count, percentage, number_and_percentage, ordinal, yes_no or qualitative"
    )
    unit = serializers.CharField()
    numerator_label = serializers.CharField()
    denominator_label = serializers.CharField()
    direction = serializers.CharField(help_text="increase, decrease, maintain_or_increase or maintain")
    reporter_aggregation = serializers.CharField(
        help_text="sum, average or maximum; shares always sum n and sum d"
    )
    round_aggregation = serializers.CharField(help_text="annual, cumulative or level")
    baseline_value = serializers.DecimalField(
        max_digits=24, decimal_places=6, coerce_to_string=False, allow_null=True
    )
    baseline_numerator = serializers.DecimalField(
        max_digits=24, decimal_places=6, coerce_to_string=False, allow_null=True
    )
    baseline_denominator = serializers.DecimalField(
        max_digits=24, decimal_places=6, coerce_to_string=False, allow_null=True
    )
    baseline_year = serializers.IntegerField(allow_null=True)
    data_source = serializers.CharField()
    frequency = serializers.CharField()
    is_illustrative = serializers.BooleanField(help_text="invented for the demonstration; never quote it")
    retired_on = serializers.DateField(allow_null=True)


class IndicatorListFilter(django_filters.FilterSet):
    plan = CodesFilter(field_name="plan__code", lookup_expr="in", label=_("plan codes"))
    pillar = CodesFilter(field_name="pillar__code", lookup_expr="in", label=_("pillar codes"))
    activity = CodesFilter(field_name="activity__code", lookup_expr="in", label=_("activity codes"))
    code = CodesFilter(field_name="code", lookup_expr="in", label=_("indicator codes"))
    institution = CodesFilter(method="of_institution", label=_("codes of lead or reporting institutions"))
    type = CodesFilter(field_name="type", lookup_expr="in", label=_("types"))

    class Meta:
        model = Indicator
        fields = []

    def of_institution(self, queryset, name, codes):
        return queryset.of_institutions(codes)


@extend_schema(tags=["framework"], summary="Indicators", responses=IndicatorRow(many=True))
class IndicatorList(TidyListView):
    """Metadata of the indicators of the plans that you may read."""

    filterset_class = IndicatorListFilter
    serializer_class = IndicatorRow
    fields = {
        "plan": "plan__code",
        "pillar": "pillar__code",
        "goal": "goal__code",
        "output": "output__code",
        "activity": "activity__code",
    } | {
        name: name
        for name in (
            "code", "statement", "definition", "type", "unit", "numerator_label", "denominator_label", "direction",
            "reporter_aggregation", "round_aggregation", "baseline_value", "baseline_numerator", "baseline_denominator",
            "baseline_year", "data_source", "frequency", "is_illustrative", "retired_on",
        )
    }  # fmt: skip

    def get_queryset(self):
        return Indicator.objects.visible_to(self.request.user)


class ProvisionRow(serializers.Serializer):
    """One provision of an external framework."""

    code = serializers.CharField(help_text="unique in its framework")
    title = serializers.CharField()


class ExternalFrameworkRow(serializers.Serializer):
    """One external framework with everything that it asks for."""

    code = serializers.CharField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    issuer = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    provisions = ProvisionRow(many=True)


class ExternalFrameworkFilter(django_filters.FilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in", label=_("framework codes"))

    class Meta:
        model = ExternalFramework
        fields = []


@extend_schema(tags=["framework"], summary="External frameworks", responses=ExternalFrameworkRow(many=True))
class ExternalFrameworkList(TidyListView):
    """What plans answer to from outside, with its provisions: one public list for all plans."""

    filterset_class = ExternalFrameworkFilter
    serializer_class = ExternalFrameworkRow
    ordering = ("code",)
    fields = {name: name for name in ("code", "name", "short_name", "issuer", "year")}

    def get_queryset(self):
        return ExternalFramework.objects.all()

    def finish(self, rows):
        provisions = {row["code"]: [] for row in rows}
        found = Provision.objects.filter(framework__code__in=provisions).order_by("framework", "sort_key")
        for framework, code, title in found.values_list("framework__code", "code", "title"):
            provisions[framework].append({"code": code, "title": title})
        for row in rows:
            row["provisions"] = provisions[row["code"]]
        return rows


class CrosswalkRow(serializers.Serializer):
    """One link: this part of the plan answers that provision."""

    plan = serializers.CharField()
    framework = serializers.CharField(help_text="code of the external framework")
    provision = serializers.CharField(help_text="code of the provision, unique in its framework")
    provision_title = serializers.CharField()
    level = serializers.CharField(help_text="goal, output, activity or indicator")
    code = serializers.CharField(help_text="code of the goal, output, activity or indicator")
    is_primary = serializers.BooleanField(help_text="the first of the provisions that it answers")


class CrosswalkFilter(django_filters.FilterSet):
    plan = CodesFilter(field_name="plan__code", lookup_expr="in", label=_("plan codes"))
    framework = CodesFilter(
        field_name="provision__framework__code", lookup_expr="in", label=_("framework codes")
    )
    provision = CodesFilter(field_name="provision__code", lookup_expr="in", label=_("provision codes"))
    level = ChoicesFilter(
        method="of_level",
        choices=[(one, one) for one in LEVELS],
        label=_("goal, output, activity, indicator"),
    )

    class Meta:
        model = ProvisionLink
        fields = []

    def of_level(self, queryset, name, levels):
        return queryset.filter(in_level(levels))


@extend_schema(tags=["framework"], summary="Crosswalk", responses=CrosswalkRow(many=True))
class CrosswalkList(TidyListView):
    """Which parts of the plans that you may read answer which provisions. What is retired is left out.

    Provisions without a row are untouched; external-frameworks lists them all.
    """

    filterset_class = CrosswalkFilter
    serializer_class = CrosswalkRow
    fields = {
        "plan": "plan__code",
        "framework": "provision__framework__code",
        "provision": "provision__code",
        "provision_title": "provision__title",
        "is_primary": "is_primary",
    } | {level: f"{level}__code" for level in LEVELS}

    def get_queryset(self):
        return live_links(ProvisionLink.objects.visible_to(self.request.user))

    def finish(self, rows):
        for row in rows:
            codes = {level: row.pop(level) for level in LEVELS}
            row["level"], row["code"] = next(one for one in codes.items() if one[1] is not None)
        return rows
