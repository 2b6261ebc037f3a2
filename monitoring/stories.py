"""The story over the rounds: what was told of an activity, who reported an indicator and what, and how its figures changed.

Who reads what: those who may open a submission all of it; other insiders of the plan what is accepted; everybody else what
is published. Evidence and comments are for the first only.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from budgets.models import Expenditure
from frameworks.history import Source, changes_of
from frameworks.models import StateChange
from frameworks.permissions import Permission, is_insider, scope_filter
from frameworks.providers import Told
from monitoring.budgeted import Book, execution_text
from monitoring.lines import LineKey
from monitoring.models import (
    ActivityProgress,
    Comment,
    Evidence,
    IndicatorResult,
    IndicatorValue,
    SignOff,
    Submission,
    SubmissionVersion,
    Verification,
)
from monitoring.models.result import Performance
from monitoring.models.review import Finding, Side, Verdict
from monitoring.models.submission import OFFICIAL_STATES, ActivityStatus, SubmissionState
from monitoring.publication import publishable_submissions
from monitoring.spending import spent_text
from monitoring.versions import diff
from monitoring.words import figure_text

TEXTS = (
    ("reason", lambda: _("Why deferred or cancelled")),
    ("narrative", lambda: _("Progress")),
    ("what_worked", lambda: _("What worked")),
    ("what_did_not", lambda: _("What did not work, and why")),
    ("collaboration", lambda: _("Collaboration wanted")),
    ("next_steps", lambda: _("Next steps")),
)


class Reader:
    """One person before one plan: which submissions they read, and how far. A fixed number of queries."""

    def __init__(self, user, plan):
        self.user, self.insider = user, is_insider(user, plan)

    def readable(self):
        """The submissions whose words this person may read; drafts are the institution's own."""
        found = Submission.objects.filter(round__opened_at__isnull=False)
        public = Q(round__published_at__isnull=False) & publishable_submissions()
        theirs = Q(pk__in=Submission.objects.visible_to(self.user).order_by().values("pk"))
        return found.filter(theirs | (Q(state__in=OFFICIAL_STATES) if self.insider else public))

    def surroundings(self, submissions, **line):
        """What stands beside the words on one line: opened, evidence, comments, dissents by submission id."""
        opened = set(
            Submission.objects.visible_to(self.user).filter(pk__in=submissions).values_list("pk", flat=True)
        )
        evidence, dissents = defaultdict(list), defaultdict(list)
        for row in Evidence.objects.filter(submission__in=opened, **line).order_by("added_at", "pk"):
            evidence[row.submission_id].append(row)
        comments = dict(
            Comment.objects.filter(submission__in=opened, **line)
            .order_by()
            .values_list("submission")
            .annotate(Count("pk"))
        )
        said = SignOff.objects.filter(submission__in=submissions, verdict=Verdict.DISSENT)
        for row in said.select_related("submission").order_by("at", "pk"):
            if self.insider or row.cycle == row.submission.cycle:
                dissents[row.submission_id].append((str(Side(row.side).label), row.statement))
        return opened, evidence, comments, dissents


def told_of_activity(activity, user):
    """Tolds of an activity, the latest round first. Ten queries, however many rounds there are; budget lines ask two more."""
    reader = Reader(user, activity.plan)
    rows = list(
        ActivityProgress.objects.filter(activity=activity, submission__in=reader.readable())
        .exclude(status="", narrative="")
        .select_related("submission__round", "submission__institution")
        .prefetch_related("corrections")
        .order_by("-submission__round__period_end", "submission__institution__acronym", "pk")
    )
    opened, evidence, comments, dissents = reader.surroundings(
        {row.submission_id for row in rows}, activity=activity
    )
    spent = _spent_on(activity, rows) if reader.insider else {}
    return [
        Told(
            **_who(row.submission, opened),
            status=ActivityStatus(row.status) if row.status else None,
            texts=(
                *((label(), getattr(row, name)) for name, label in TEXTS if getattr(row, name)),
                *spent.get((row.submission.round_id, row.submission.institution_id), ()),
            ),
            corrections=tuple(row.corrections.all()),
            attachments=tuple(evidence[row.submission_id]),
            comments=comments.get(row.submission_id, 0),
            dissents=tuple(dissents[row.submission_id]),
        )
        for row in rows
    ]


def _spent_on(activity, told):
    """(round id, institution id) → headings and what was spent, as texts, with how that stands to what was approved.

    told: the ActivityProgress rows. Two queries; up to two more where there are budget lines.
    """
    rounds = {row.submission.round_id: row.submission.round for row in told}
    reported = defaultdict(list)
    for row in Expenditure.objects.filter(activity=activity).select_related("round", "institution"):
        for holder in {row.institution_id, row.institution.merged_into_id} - {None}:
            reported[holder].append(row)
    book = Book(activity.plan, [activity.pk]) if rounds else None
    found = {}
    for row in told:
        round, institution = rounds[row.submission.round_id], row.submission.institution_id
        own = [
            one
            for one in reported[institution]
            if one.round_id == round.pk and one.institution_id == institution
        ]
        so_far = [
            (one.amount, one.currency, one.round.period_end.year, one.round_id != round.pk)
            for one in reported[institution]
            if one.amount is not None
            and one.round.period_end.year in round.years
            and (one in own or (one.frozen_at is not None and one.round.period_end < round.period_end))
        ]
        beside = book.beside(institution, activity.pk, round.years, so_far)
        texts = [(_("Spent"), spent_text(one)) for one in own if spent_text(one)]
        if beside is not None and beside.spent is not None:
            texts.append((_("Spent beside approved"), execution_text(beside)))
        found[round.pk, institution] = tuple(texts)
    return found


def told_of_indicator(indicator, user):
    """Tolds of an indicator: the total that each institution gave, the latest round first.

    The public reads combined figures only, never those of one institution: they may count few people.
    """
    reader = Reader(user, indicator.plan)
    if not reader.insider:
        return []
    rows = list(
        IndicatorValue.objects.totals()
        .filter(indicator=indicator, submission__in=reader.readable())
        .select_related("submission__round", "submission__institution")
        .order_by("-submission__round__period_end", "submission__institution__acronym", "pk")
    )
    opened, evidence, comments, dissents = reader.surroundings(
        {row.submission_id for row in rows}, indicator=indicator
    )
    return [
        Told(
            **_who(row.submission, opened),
            figure=figure_text(indicator, row),
            texts=((_("Comment"), row.comment),) if row.comment else (),
            attachments=tuple(evidence[row.submission_id]),
            comments=comments.get(row.submission_id, 0),
            dissents=tuple(dissents[row.submission_id]),
        )
        for row in rows
    ]


def _who(submission, opened):
    return {
        "round": submission.round.label,
        "institution": str(submission.institution),
        "state": SubmissionState(submission.state),
        "url": reverse("submission", args=[submission.pk]) if submission.pk in opened else "",
    }


# The history of figures


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to an indicator's figures: who, when, what became of what, and why. changes: BoxChanges."""

    at: datetime
    who: str
    round: str
    title: str
    changes: tuple = ()
    why: str = ""


def figure_history(indicator, user):
    """Entries, newest first: every hand-in that changed a figure, every status set by hand, every verification.

    Of the submissions that `user` may open. Five queries, however much has happened.
    """
    submissions = {
        one.pk: one
        for one in Submission.objects.visible_to(user)
        .filter(round__plan=indicator.plan_id, values__indicator=indicator)
        .select_related("round", "institution")
        .distinct()
    }
    entries = [*_hand_ins(indicator, submissions), *_verifications(indicator, submissions)]
    entries += _overrides(indicator) if is_insider(user, indicator.plan) else []
    return sorted(entries, key=lambda one: one.at, reverse=True)


def _hand_ins(indicator, submissions):
    key = LineKey(indicator_id=indicator.pk)
    kind = ContentType.objects.get_for_model(Submission)
    notes = defaultdict(list)
    for step in StateChange.objects.filter(
        subject_type=kind, subject_id__in=submissions, action="return"
    ).order_by("at", "pk"):
        notes[step.subject_id].append(step)
    before = {}
    versions = SubmissionVersion.objects.filter(submission__in=submissions).select_related("by")
    for one in versions.order_by("submission", "cycle"):
        submission, old = submissions[one.submission_id], before.get(one.submission_id, {})
        before[one.submission_id] = one.content
        change = next(
            (line for line in diff(_only(old, indicator), _only(one.content, indicator)) if line.key == key),
            None,
        )
        if change is None:
            continue
        asked = [step.comment for step in notes[one.submission_id] if step.at <= one.at]
        yield Entry(
            at=one.at,
            who=str(one.by),
            round=submission.round.label,
            title=_("%(institution)s: handed in, version %(version)d")
            % {"institution": submission.institution, "version": one.cycle},
            changes=change.boxes,
            why=_("After a return: %(note)s") % {"note": asked[-1]} if one.cycle > 1 and asked else "",
        )


def _only(content, indicator):
    """The part of a version that is about the indicator."""
    return {"indicators": [one for one in content.get("indicators", ()) if one["id"] == indicator.pk]}


def _verifications(indicator, submissions):
    for one in Verification.objects.filter(submission__in=submissions, indicator=indicator).select_related(
        "by"
    ):
        submission = submissions[one.submission_id]
        yield Entry(
            at=one.at,
            who=str(one.by),
            round=submission.round.label,
            title=_("%(institution)s, version %(version)d: %(finding)s")
            % {
                "institution": submission.institution,
                "version": one.cycle,
                "finding": str(Finding(one.finding).label).lower(),
            },
            why=one.note,
        )


def overrides_of(results):
    """The recorded steps of statuses set by hand on `results` (a queryset of IndicatorResult), oldest first."""
    kind = ContentType.objects.get_for_model(IndicatorResult)
    return (
        StateChange.objects.filter(subject_type=kind, subject_id__in=results.order_by().values("pk"))
        .select_related("by")
        .order_by("at", "pk")
    )


def _overrides(indicator):
    results = IndicatorResult.objects.totals().filter(indicator=indicator)
    steps = list(overrides_of(results))
    rounds = (
        dict(results.filter(pk__in={step.subject_id for step in steps}).values_list("pk", "round__label"))
        if steps
        else {}
    )
    for step in steps:
        yield Entry(
            at=step.at,
            who=str(step.by),
            round=rounds[step.subject_id],
            title=override_title(step),
            why=step.comment,
        )


def override_title(step):
    """What a person did to a status: "Status set by hand: off track → at risk"."""
    if step.action == "withdraw_override":
        return _("Status follows the arithmetic again: %(status)s") % {"status": _status(step.to_state)}
    return _("Status set by hand: %(old)s → %(new)s") % {
        "old": _status(step.from_state),
        "new": _status(step.to_state),
    }


def _status(value):
    return str(Performance(value).label).lower()


def draft_history(indicator, user):
    """Changes (frameworks.history) of the figures in the drafts of the person's own institutions, newest first."""
    own = scope_filter(user, Permission.EDIT_SUBMISSION, plan="round__plan", institution="institution")
    mine = Submission.objects.filter(own, round__plan=indicator.plan_id)
    if not mine.exists():
        return []
    return changes_of(
        Source(
            IndicatorValue,
            {"indicator_id": indicator.pk, "submission_id__in": list(mine.values_list("pk", flat=True))},
            hidden=frozenset({"submission", "indicator"}),
            label=lambda event: _("Figure"),
            whole=True,
        )
    )
