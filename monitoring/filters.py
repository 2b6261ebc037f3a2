"""Filters over results, shared by API and pages."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from frameworks.api_filters import CodesFilter
from frameworks.models import Indicator, Institution
from monitoring.models import IndicatorResult


class IndicatorDataFilter(django_filters.FilterSet):
    plan = CodesFilter(field_name="indicator__plan__code", lookup_expr="in", label=_("plan codes"))
    pillar = CodesFilter(field_name="indicator__pillar__code", lookup_expr="in", label=_("pillar codes"))
    activity = CodesFilter(
        field_name="indicator__activity__code", lookup_expr="in", label=_("activity codes")
    )
    indicator = CodesFilter(field_name="indicator__code", lookup_expr="in", label=_("indicator codes"))
    round = CodesFilter(field_name="round__label", lookup_expr="in", label=_("round names, for example 2024"))
    institution = CodesFilter(method="of_institution", label=_("codes of reporting or lead institutions"))
    status = CodesFilter(method="of_status", label=_("statuses"))
    provenance = CodesFilter(field_name="provenance", lookup_expr="in", label=_("provenances"))
    updated_since = django_filters.IsoDateTimeFilter(
        field_name="updated_at", lookup_expr="gte", label=_("changed at or after this moment (ISO 8601)")
    )

    class Meta:
        model = IndicatorResult
        fields = []

    def of_status(self, queryset, name, codes):
        return queryset.filter(status__in=codes).told_to(self.request.user)

    def of_institution(self, queryset, name, codes):
        ids = list(Institution.objects.filter(code__in=codes).values_list("pk", flat=True))
        led = Indicator.objects.of_institutions(codes).order_by().values("pk")
        return queryset.filter(Q(reporter_ids__overlap=ids) | Q(indicator__in=led))
