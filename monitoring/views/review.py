"""The queue of a pillar, for its two co-leads; read-only for the secretariat and the monitoring team."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from frameworks.formatting import format_signed
from frameworks.models import Pillar, ReportingRound
from frameworks.permissions import Permission, has_permission, require_permission
from frameworks.sides import SIGN_OFF, side_of
from frameworks.web import PlanMixin
from monitoring.discussion import load_discussions
from monitoring.due import due_in
from monitoring.judge import change_of, standing_of
from monitoring.models import SignOff, Submission
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import EDITABLE_STATES, REVIEWABLE_STATES, SubmissionState
from monitoring.operations.reviewing import act_on_all
from monitoring.progress import ChangeKind
from monitoring.sheets import load_sheets
from monitoring.spending import add_budgets
from monitoring.words import figure_text, lateness

_BULK = ("accept", "endorse")
#: What waits for the co-leads first, what they cannot read last.
_ORDER = [
    SubmissionState.SUBMITTED,
    SubmissionState.ACCEPTED,
    SubmissionState.ENDORSED,
    SubmissionState.CONTRIBUTED,
    SubmissionState.RETURNED,
    SubmissionState.DRAFT,
]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One indicator: last time, now, what changed, how it stands."""

    indicator: object
    last: str
    last_round: object
    now: str
    change: str
    standing: object


@dataclass
class ReviewRow:
    """One institution's submission in the queue. `sheet` is None for what is not the reader's to see.

    `without`: the institutions whose part of it has not come in although it was submitted.
    """

    submission: Submission
    days_late: int
    is_overdue: bool
    sides: list
    sheet: object = None
    entries: list = field(default_factory=list)
    others: list = field(default_factory=list)
    my_side_spoke: bool = False
    discussion: object = None
    without: list = field(default_factory=list)

    @property
    def lines(self):
        return [line for _entry, lines in self.entries for line in lines] + self.others

    @property
    def evidence_count(self):
        return sum(len(rows) for _code, rows in self.sheet.evidence)

    @property
    def token(self):
        """Which version of which submission was shown: an action is taken on that one only."""
        return f"{self.submission.pk}:{self.submission.cycle}"


class ReviewPage(PlanMixin, TemplateView):
    """`/plans/<code>/pillars/<pcode>/review/?round=<label>`"""

    template_name = "monitoring/review.html"

    def get(self, request, *args, **kwargs):
        self._enter()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        """Accepts the marked submissions, or endorses all accepted ones, each through the one door."""
        self._enter()
        action = request.POST.get("action")
        if action not in _BULK or self.round is None:
            raise Http404
        if action == "accept":
            require_permission(request.user, Permission.REVIEW, self.pillar)
        elif not any(has_permission(request.user, one, self.pillar) for one in SIGN_OFF):
            raise PermissionDenied(_("Only the co-leads of the pillar endorse."))
        chosen = self._chosen(request.POST.getlist("chosen"))
        outcomes = act_on_all(submissions=chosen, action=action, by=request.user, at=timezone.now())
        self._tell(action, outcomes, missed=len(request.POST.getlist("chosen")) - len(chosen))
        return redirect(f"{request.path}?round={self.round.label}")

    def _enter(self):
        self.pillar = get_object_or_404(Pillar, plan=self.plan, code=self.kwargs["pcode"])
        user = self.request.user
        self.may_review = has_permission(user, Permission.REVIEW, self.pillar)
        if not (self.may_review or has_permission(user, Permission.VIEW_SUBMISSIONS, self.plan)):
            raise PermissionDenied(_("This page is for the co-leads of the pillar."))
        self.rounds = list(ReportingRound.objects.filter(plan=self.plan).opened().order_by("-period_end"))
        wanted = self.request.GET.get("round")
        self.round = self.rounds[0] if self.rounds and not wanted else None
        if wanted:
            self.round = next((one for one in self.rounds if one.label == wanted), None)
            if self.round is None:
                raise Http404

    def _submissions(self):
        return (
            Submission.objects.board_visible_to(self.request.user)
            .filter(round=self.round, pillar=self.pillar)
            .select_related("round__plan", "institution", "pillar", "accountable")
            .order_by("institution__acronym", "institution__name", "pk")
        )

    def _chosen(self, tokens):
        """The marked submissions that this person may read, each with the version that the page had shown."""
        shown = {}
        for token in tokens[:500]:
            pk, _colon, cycle = token.partition(":")
            if pk.isdecimal() and cycle.isdecimal() and len(token) < 25:
                shown[int(pk)] = int(cycle)
        readable = (
            Submission.objects.visible_to(self.request.user)
            .filter(pk__in=shown, round=self.round, pillar=self.pillar)
            .select_related("round__plan", "institution", "pillar")
        )
        return [(one, shown[one.pk]) for one in readable]

    def _tell(self, action, outcomes, missed):
        done = sum(not one.problem for one in outcomes)
        if done:
            words = {
                "accept": ngettext("%(count)d submission accepted.", "%(count)d submissions accepted.", done),
                "endorse": ngettext(
                    "%(count)d submission endorsed for your side.",
                    "%(count)d submissions endorsed for your side.",
                    done,
                ),
            }[action]
            messages.success(self.request, words % {"count": done})
        for one in outcomes:
            if one.problem:
                messages.warning(self.request, f"{one.subject.institution}: {one.problem}")
        if missed > 0:
            messages.warning(
                self.request, _("Some of what you marked has been returned in the meantime; it was left out.")
            )
        if not outcomes and missed <= 0:
            messages.info(self.request, _("Nothing was marked."))

    def get_context_data(self, **kwargs):
        rows = self._rows() if self.round else []
        state = SubmissionState
        return super().get_context_data(
            pillar=self.pillar,
            round=self.round,
            rounds=self.rounds,
            rows=rows,
            may_review=self.may_review,
            may_give_time=self.round is not None
            and self.round.published_at is None
            and has_permission(self.request.user, Permission.MANAGE_ROUNDS, self.plan),
            deadline=lateness(self.round.due_on, self.today) if self.round else "",
            to_review=[row for row in rows if row.submission.state == state.SUBMITTED],
            to_sign=[
                row
                for row in rows
                if self.may_review and row.submission.state == state.ACCEPTED and not row.my_side_spoke
            ],
            still_out=[row for row in rows if row.submission.state in EDITABLE_STATES],
            overdue=[row for row in rows if row.is_overdue],
            endorsed=[row for row in rows if row.submission.state == state.ENDORSED],
            **kwargs,
        )

    def _rows(self):
        """A fixed number of queries, whatever the number of institutions and figures."""
        submissions = list(self._submissions())
        readable = set(
            Submission.objects.visible_to(self.request.user)
            .filter(round=self.round, pillar=self.pillar)
            .order_by()
            .values_list("pk", flat=True)
        )
        read = [one for one in submissions if one.pk in readable]
        sheets = {sheet.submission.pk: sheet for sheet in load_sheets(read, context=True)}
        add_budgets(sheets.values())
        discussions = load_discussions(read, self.request.user)
        spoken = defaultdict(dict)
        for one in SignOff.objects.filter(submission__in=readable).order_by("at", "pk"):
            spoken[one.submission_id, one.cycle][one.side] = Verdict(one.verdict)
        rows = [self._row(one, sheets.get(one.pk), spoken, discussions.get(one.pk)) for one in submissions]
        _tell_of_parts(rows)
        return _in_order(rows)

    def _row(self, submission, sheet, spoken, discussion):
        verdicts = spoken[submission.pk, submission.cycle] if sheet else {}
        mine = side_of(self.request.user, submission)
        row = ReviewRow(
            submission=submission,
            days_late=submission.days_late(self.today),
            is_overdue=submission.is_overdue(self.today),
            sides=[(side, verdicts.get(side)) for side in Side],
            sheet=sheet,
            my_side_spoke=mine in verdicts,
            discussion=discussion,
        )
        if sheet:
            row.entries = [
                (one, [self._line(line, submission) for line in one.lines]) for one in sheet.entries
            ]
            row.others = [self._line(line, submission) for line in sheet.others]
        return row

    def _line(self, line, submission):
        return ReviewLine(
            line.indicator,
            figure_text(line.indicator, line.last_total),
            line.last_round,
            figure_text(line.indicator, line.total),
            change_text(change_of(line)),
            standing_of(line, submission, self.today),
        )


def _report_of(row):
    """Id of the institution whose report the row is, or belongs to."""
    return row.submission.accountable_id or row.submission.institution_id


def _in_order(rows):
    """What waits first, by name within a state; parts of joint leads right below the report that they go with."""
    urgency = {}
    for row in rows:
        order = _ORDER.index(row.submission.state)
        urgency[_report_of(row)] = min(order, urgency.get(_report_of(row), order))
    names = {row.submission.institution_id: place for place, row in enumerate(rows)}
    return sorted(
        rows,
        key=lambda row: (
            urgency[_report_of(row)],
            names.get(_report_of(row), len(rows)),
            _report_of(row),
            row.submission.is_part,
        ),
    )


def _tell_of_parts(rows):
    """Fills `without`. Two queries, and none where no part is out."""
    out = [row.submission for row in rows if row.submission.is_part and row.submission.is_editable]
    asked = due_in(out) if out else {}
    missing = defaultdict(list)
    for one in out:
        if asked[one.pk]:
            missing[one.accountable_id].append(one.institution)
    for row in rows:
        if not row.submission.is_part and row.submission.state in REVIEWABLE_STATES:
            row.without = missing[row.submission.institution_id]


def change_text(change):
    """A progress.Change in words: "+2.3 % points", "−12%", "+1 step"; percent and % points are never mixed up."""
    if change.difference is None:
        return ""
    if change.kind is ChangeKind.PERCENTAGE_POINTS:
        points = _("%(change)s %% points") % {"change": format_signed(change.difference, 1)}
        return points.replace(" ", "\N{NO-BREAK SPACE}")
    if change.kind is ChangeKind.STEPS:
        return _("%(change)s on the scale") % {"change": format_signed(change.difference)}
    if change.value is None:
        return format_signed(change.difference)
    return f"{format_signed(change.value, 1)}%"
