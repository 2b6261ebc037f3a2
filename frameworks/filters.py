"""The filters of the logframe: what is asked for in the address, as querysets of activities and indicators."""

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from frameworks import providers
from frameworks.models import Activity, ActivityTheme, Indicator, Institution, Lead, PlanTheme, Theme
from frameworks.terminology import is_renamed


def activities_matching(text):
    """A Q on Activity: its code or text, or those of its output and goal, hold `text`."""
    return (
        Q(code__icontains=text)
        | Q(title__icontains=text)
        | Q(output__title__icontains=text)
        | Q(output__goal__title__icontains=text)
    )


def indicators_matching(text):
    """A Q on Indicator: its own words, or those of what it measures, hold `text`."""
    own = Q(code__icontains=text) | Q(statement__icontains=text) | Q(definition__icontains=text)
    return (
        own
        | Q(activity__title__icontains=text)
        | Q(activity__output__title__icontains=text)
        | Q(activity__output__goal__title__icontains=text)
        | Q(output__title__icontains=text)
        | Q(output__goal__title__icontains=text)
        | Q(goal__title__icontains=text)
    )


class LogframeFilter(django_filters.FilterSet):
    """Filters one plan's framework. `activities()` and `indicators()` are what is left of it, retired rows left out.

    An activity stays when it fits by itself or when one of its indicators does; with a performance chosen only the
    latter. A value that no select offers (a hand-typed address) is an error in the form and filters nothing.
    """

    q = django_filters.CharFilter(label=_("Words"), max_length=200)
    pillar = django_filters.ChoiceFilter(label=_("Pillar"), empty_label=_("All pillars"))
    institution = django_filters.ChoiceFilter(label=_("Institution"), empty_label=_("All institutions"))
    theme = django_filters.ChoiceFilter(label=_("Theme"), empty_label=_("All themes"))
    year = django_filters.ChoiceFilter(label=_("Year"), empty_label=_("All years"))
    activity_status = django_filters.ChoiceFilter(label=_("Activity status"), empty_label=_("Any"))
    status = django_filters.ChoiceFilter(label=_("Indicator performance"), empty_label=_("Any"))
    round = django_filters.ChoiceFilter(label=_("Figures of round"), empty_label=_("Latest"))

    class Meta:
        model = Activity
        fields = []

    def __init__(self, data=None, *, plan, user, pillars=None):
        super().__init__(data or {}, queryset=Activity.objects.visible_to(user).filter(plan=plan))
        self.plan, self.user = plan, user
        self.pillars = list(plan.pillars.all()) if pillars is None else pillars
        #: The themes of the plan (`of_plan`) and those that only its activities carry.
        self.themes = themes_of(plan)
        status = providers.status()
        latest = status.standing(plan, user)
        choices = {
            "pillar": [(one.code, one.name) for one in self.pillars],
            "institution": [(one.code, str(one)) for one in institutions_of(plan)],
            "theme": [(one.code, one.name) for one in self.themes],
            "year": [(year, str(year)) for year in plan.years],
            "activity_status": list(status.activity_choices),
            "status": list(status.indicator_choices),
            "round": [(one.label, one.label) for one in latest.rounds],
        }
        for name, offered in choices.items():
            self.filters[name].extra["choices"] = offered
            if not offered:
                del self.filters[name]
        if "activity_status" in self.filters and is_renamed(plan.words, "activity"):
            self.filters["activity_status"].label = _("%(level)s: status") % {"level": plan.words["activity"]}
        self._latest = latest

    @cached_property
    def values(self):
        """What was asked for: filter name → value, only those that are set and make sense."""
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}

    @property
    def is_narrowed(self):
        """Whether anything but the round was asked for."""
        return bool(self.values.keys() - {"round"})

    @cached_property
    def standing(self):
        asked = self.values.get("round", "")
        if not asked or (self._latest.round and self._latest.round.label == asked):
            return self._latest
        return providers.status().standing(self.plan, self.user, asked)

    def indicators(self):
        asked, found = self.values, Indicator.objects.visible_to(self.user).in_use().filter(plan=self.plan)
        found = found.filter(Q(activity__isnull=True) | Q(activity__retired_on__isnull=True))
        if "pillar" in asked:
            found = found.filter(pillar__code=asked["pillar"])
        if "institution" in asked:
            found = found.of_institutions([asked["institution"]])
        if "theme" in asked:
            found = found.filter(Exists(_carrying(asked["theme"], activity=OuterRef("activity"))))
        if "year" in asked:
            found = found.filter(Q(activity__isnull=True) | Q(activity__years__contains=[int(asked["year"])]))
        if "activity_status" in asked:
            found = found.filter(activity__in=self.standing.activities_with(asked["activity_status"]))
        if "status" in asked:
            found = found.filter(pk__in=self.standing.indicators_with(asked["status"]))
        if "q" in asked:
            found = found.filter(indicators_matching(asked["q"]))
        return found

    def activities(self):
        asked, found = self.values, self.queryset.filter(retired_on__isnull=True)
        if not self.is_narrowed:
            return found
        through_indicators = Q(pk__in=self.indicators().filter(activity__isnull=False).values("activity"))
        return found.filter(
            through_indicators if "status" in asked else through_indicators | self._own_condition()
        )

    def _own_condition(self):
        asked, condition = self.values, Q()
        if "pillar" in asked:
            condition &= Q(output__goal__pillar__code=asked["pillar"])
        if "institution" in asked:
            leads = Lead.objects.filter(activity=OuterRef("pk"), institution__code=asked["institution"])
            condition &= Q(Exists(leads))
        if "theme" in asked:
            condition &= Q(Exists(_carrying(asked["theme"], activity=OuterRef("pk"))))
        if "year" in asked:
            condition &= Q(years__contains=[int(asked["year"])])
        if "activity_status" in asked:
            condition &= Q(pk__in=self.standing.activities_with(asked["activity_status"]))
        if "q" in asked:
            condition &= activities_matching(asked["q"])
        return condition


def _carrying(theme, **activity):
    return ActivityTheme.objects.filter(theme__code=theme, **activity)


def themes_of(plan):
    """The themes of a plan and those that its activities carry, by name; `of_plan`: the plan itself has it. One query."""
    of_plan = Exists(PlanTheme.objects.filter(plan=plan, theme=OuterRef("pk")))
    carried = Exists(ActivityTheme.objects.filter(activity__plan=plan, theme=OuterRef("pk")))
    return list(
        Theme.objects.alias(carried=carried)
        .annotate(of_plan=of_plan)
        .filter(Q(of_plan=True) | Q(carried=True))
    )


def institutions_of(plan):
    """The institutions that lead an activity of the plan or report one of its figures."""
    leads = Lead.objects.filter(activity__plan=plan).values("institution")
    named = Indicator.responsible.through.objects.filter(indicator__plan=plan).values("institution")
    return Institution.objects.filter(Q(pk__in=leads) | Q(pk__in=named)).in_order()
