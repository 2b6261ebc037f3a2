"""What monitoring says on the pages of the framework (frameworks.providers): latest figures, statuses, what came in."""

from collections import defaultdict

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from frameworks import providers
from frameworks.models import Category, ReportingRound
from frameworks.permissions import Permission, has_permission, is_insider
from frameworks.providers import RoundLine, SheetLink
from monitoring.due import expected_triples
from monitoring.figures_shown import category_shown, dissents_on, figure_shown
from monitoring.models import (
    ActivityProgress,
    Evidence,
    Handover,
    IndicatorResult,
    IndicatorValue,
    Submission,
)
from monitoring.models.result import OFFICIAL_PROVENANCE, Performance
from monitoring.models.submission import OFFICIAL_STATES, ActivityStatus, SubmissionState
from monitoring.progress import count_by_status
from monitoring.publication import publishable_submissions
from monitoring.stories import told_of_activity, told_of_indicator


def unfinished_of(institution, on):
    """Submissions whose institution has to stay itself: those of running rounds, and those that may still be returned.

    In a running round even an endorsed one: whoever leads its activities from then on would be asked for them again, and
    they would count twice. What was never handed in before a round closed holds nobody up. Parts that others contribute to
    what the institution answers for count like its own: they could not be asked for any more.
    """
    its_own = Submission.objects.filter(Q(institution=institution) | Q(accountable=institution))
    running = its_own.accepting(on).order_by().values("pk")
    in_review = (
        SubmissionState.CONTRIBUTED,
        SubmissionState.SUBMITTED,
        SubmissionState.ACCEPTED,
        SubmissionState.RETURNED,
    )
    return (
        Submission.objects.filter(pk__in=its_own.order_by().values("pk"))
        .filter(Q(pk__in=running) | Q(state__in=in_review, round__published_at__isnull=True))
        .select_related("round__plan", "pillar", "institution", "accountable")
        .order_by("round__plan", "round__period_end", "pillar__order", "pk")
    )


class MonitoringStanding(providers.Standing):
    """One round of a plan as one reader may see it: insiders what is reported, everybody else what is published."""

    def __init__(self, plan, user, label):
        self.user, self.insider = user, is_insider(user, plan)
        rounds = ReportingRound.objects.filter(plan=plan).opened().order_by("-period_end")
        self.rounds = list(rounds if self.insider else rounds.filter(published_at__isnull=False))
        asked = [one for one in self.rounds if one.label == label]
        self.round = (asked or self.rounds or [None])[0]

    def _results(self):
        return IndicatorResult.objects.visible_to(self.user).totals().filter(round=self.round)

    def figures(self, indicators):
        known = {one.pk: one for one in indicators}
        if self.round is None or not known:
            return {}
        rows = self._results().filter(indicator__in=known).select_related("override_by")
        return {
            row.indicator_id: figure_shown(row, known[row.indicator_id], self.round, self.insider)
            for row in rows
        }

    def rollup(self):
        """One query."""
        if self.round is None:
            return {}
        rows = self._results().filter(indicator__retired_on__isnull=True)
        if not self.insider:
            rows = rows.exclude(is_suppressed=True)
        found = defaultdict(list)
        for status, plan, pillar, output, goal in rows.annotate(
            of_output=Coalesce("indicator__output", "indicator__activity__output"),
            of_goal=Coalesce(
                "indicator__goal", "indicator__output__goal", "indicator__activity__output__goal"
            ),
        ).values_list("status", "indicator__plan", "indicator__pillar", "of_output", "of_goal"):
            for level, pk in (("plan", plan), ("pillar", pillar), ("goal", goal), ("output", output)):
                if pk is not None:
                    found[level, pk].append(status)
        return {
            key: tuple((Performance(status), count) for status, count in count_by_status(statuses).items())
            for key, statuses in found.items()
        }

    def indicators_with(self, status):
        if self.round is None:
            return []
        rows = self._results().filter(status=status)
        return (
            rows.values("indicator") if self.insider else rows.exclude(is_suppressed=True).values("indicator")
        )

    def _progress(self):
        """Official progress of accountable leads in the round."""
        submissions = Submission.objects.filter(round=self.round, state__in=OFFICIAL_STATES)
        if not self.insider:
            submissions = submissions.filter(publishable_submissions())
        return ActivityProgress.objects.filter(submission__in=submissions).of_accountable().exclude(status="")

    def activity_statuses(self, activities):
        ids = [one.pk for one in activities]
        if self.round is None or not ids:
            return {}
        rows = self._progress().filter(activity__in=ids).values_list("activity", "status")
        return {activity: ActivityStatus(status) for activity, status in rows}

    def activities_with(self, status):
        return [] if self.round is None else self._progress().filter(status=status).values("activity")


class MonitoringStatus(providers.StatusProvider):
    indicator_choices = tuple(Performance.choices)
    activity_choices = tuple(ActivityStatus.choices)

    def standing(self, plan, user, round=""):
        return MonitoringStanding(plan, user, round)

    def story(self, indicator, user):
        """Two queries and one for the names of categories, however many rounds there are; a third of published dissents."""
        insider = is_insider(user, indicator.plan)
        rows = (
            IndicatorResult.objects.visible_to(user)
            .filter(indicator=indicator, place__isnull=True)
            .select_related("round", "override_by")
            .order_by("round__period_end", "category__dimension__order", "category__order", "category")
        )
        if not insider:
            rows = rows.filter(round__published_at__isnull=False)
        rows = list(rows)
        names = {
            one.pk: (one.dimension.name, one.name)
            for one in Category.objects.filter(dimension__indicator=indicator).select_related("dimension")
        }
        parts = {}
        for row in rows:
            if row.category_id:
                parts.setdefault(row.round_id, []).append(category_shown(row, indicator, names, insider))
        dissents = {} if insider or not any(row.has_dissent for row in rows) else dissents_on(indicator)
        return [
            figure_shown(
                row,
                indicator,
                row.round,
                insider,
                tuple(parts.get(row.round_id, ())),
                tuple(dissents.get(row.round_id, ())),
            )
            for row in rows
            if row.category_id is None
        ]

    told_template = "monitoring/told.html"

    def told_of_activity(self, activity, user):
        return told_of_activity(activity, user)

    def told_of_indicator(self, indicator, user):
        return told_of_indicator(indicator, user)

    def has_values(self, indicator):
        return IndicatorValue.objects.filter(indicator=indicator).exists()

    def hold_reporting(self, plan):
        open_drafts = Submission.objects.filter(
            round__plan=plan,
            # A part that was handed to its lead can be taken back, and is a draft then.
            state__in=(SubmissionState.DRAFT, SubmissionState.RETURNED, SubmissionState.CONTRIBUTED),
        )
        list(open_drafts.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))

    def reported_codes(self, activities, indicators):
        told = activities.filter(
            Exists(ActivityProgress.objects.filter(activity=OuterRef("pk")))
            | Exists(Evidence.objects.filter(activity=OuterRef("pk")))
        )
        measured = indicators.filter(
            Exists(IndicatorValue.objects.filter(indicator=OuterRef("pk")))
            | Exists(Evidence.objects.filter(indicator=OuterRef("pk")))
        )
        rows = [row for rows in (told, measured) for row in rows.order_by().values_list("sort_key", "code")]
        return [code for _key, code in sorted(rows)]

    def used_categories(self, indicator):
        return set(
            IndicatorValue.objects.filter(indicator=indicator, category__isnull=False)
            .order_by()
            .values_list("category", flat=True)
            .distinct()
        )

    def used_categories_of(self, indicators):
        return set(
            IndicatorValue.objects.filter(
                indicator__in=indicators.order_by().values("pk"), category__isnull=False
            )
            .order_by()
            .values_list("category", flat=True)
            .distinct()
        )

    def places_with_figures(self, places):
        return set(
            IndicatorValue.objects.filter(place__in=places)
            .order_by()
            .values_list("place", flat=True)
            .distinct()
        )

    def why_not_merge(self, institution, on):
        return [
            (
                _(
                    "Round %(round)s of %(plan)s, %(pillar)s: the part of %(name)s with %(lead)s is %(state)s. %(todo)s"
                )
                if one.is_part
                else _("Round %(round)s of %(plan)s, %(pillar)s: its submission is %(state)s. %(todo)s")
            )
            % {
                "name": one.institution,
                "lead": one.accountable,
                "round": one.round,
                "plan": one.round.plan.code,
                "pillar": one.pillar.name,
                "state": SubmissionState(one.state).label.lower(),
                "todo": _("Wait until the round is closed.")
                if one.state == SubmissionState.ENDORSED or one.state == SubmissionState.DRAFT
                else _("Wait until both co-leads have endorsed it, or the round is published."),
            }
            for one in unfinished_of(institution, on)
        ]

    def handover_sheets(self, plan, user):
        return [
            SheetLink(
                str(one.institution),
                str(one.leaver),
                one.membership.ends_on,
                reverse("handover", args=[one.public_id]),
            )
            for one in Handover.objects.open_in(plan, user)
        ]

    def reporting_institutions(self, round):
        expected = {row[0] for row in expected_triples(round)}
        asked = Submission.objects.filter(round=round, institution__merged_into__isnull=True)
        return expected | set(asked.order_by().values_list("institution", flat=True).distinct())

    def round_lines(self, round, user):
        if not has_permission(user, Permission.VIEW_SUBMISSIONS, round.plan):
            return []
        counts = dict(
            Submission.objects.filter(round=round).order_by().values_list("state").annotate(Count("pk"))
        )
        total = sum(counts.values())
        if not total:
            return []
        out = counts.get(SubmissionState.DRAFT, 0) + counts.get(SubmissionState.RETURNED, 0)
        lines = [
            RoundLine(
                _("Expected"),
                total,
                _("one for each institution and pillar, and for each part of a joint lead"),
            )
        ]
        lines.append(
            RoundLine(_("Still with the institutions"), out, _("draft or returned"), "warn" if out else "")
        )
        reached = [SubmissionState.SUBMITTED, SubmissionState.ACCEPTED, SubmissionState.ENDORSED]
        if counts.get(SubmissionState.CONTRIBUTED):
            reached.insert(0, SubmissionState.CONTRIBUTED)
        for state in reached:
            lines.append(RoundLine(str(state.label), counts.get(state, 0), _REACHED[state](), state.tone))
        return lines

    def publication_lines(self, round):
        official = Submission.objects.filter(round=round, state__in=OFFICIAL_STATES)
        held = official.exclude(publishable_submissions())
        figures = IndicatorResult.objects.totals().filter(round=round, provenance__in=OFFICIAL_PROVENANCE)
        held_back = figures.filter(
            Exists(IndicatorValue.objects.filter(indicator=OuterRef("indicator"), submission__in=held))
        ).count()
        unaccepted = Submission.objects.filter(round=round).exclude(state__in=OFFICIAL_STATES).count()
        return [
            RoundLine(
                _("Indicator figures that become public"),
                figures.count() - held_back,
                _("accepted, and both co-leads have endorsed or recorded their dissent"),
                "good",
            ),
            RoundLine(
                _("Figures held back"),
                held_back,
                _("accepted, but a co-lead has neither endorsed nor dissented yet"),
                "warn" if held_back else "",
            ),
            RoundLine(
                _("Submissions not accepted"),
                unaccepted,
                _("they stay out of the public's sight"),
                "warn" if unaccepted else "",
            ),
        ]


_REACHED = {
    SubmissionState.CONTRIBUTED: lambda: _("parts that wait for the accountable lead to submit"),
    SubmissionState.SUBMITTED: lambda: _("waiting for the co-leads"),
    SubmissionState.ACCEPTED: lambda: _("waiting for both endorsements"),
    SubmissionState.ENDORSED: lambda: _("by both co-leads"),
}


providers.register_status(MonitoringStatus())
