"""Builds the data of a report from what was reported: one loader, no arithmetic of its own.

Figures come from IndicatorResult, which monitoring/progress computed; only official ones (accepted or beyond) count in the
summary, and what was handed in but not accepted is shown beside it, marked (DOMAIN.md, "What the annual report must contain").
"""

from collections import defaultdict
from decimal import Decimal

from django.utils import timezone

from frameworks.models.people import InstitutionKind, Role
from monitoring.models.report import ReportKind
from monitoring.models.result import OFFICIAL_PROVENANCE, Performance, Provenance
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import OFFICIAL_STATES, REVIEWABLE_STATES, ActivityStatus, SubmissionState
from monitoring.progress import Thresholds, shown_achievement
from monitoring.reports import data
from monitoring.reports.figures import breakdowns_of, judged, number_of, plain, reporters_of
from monitoring.reports.finance import build_finance
from monitoring.reports.load import load_pillar
from monitoring.reports.summary import summarise
from monitoring.results import baseline_of, figure_of, promised

#: Until a working group's report goes to the steering committee it is a draft; approval comes with publication.
DRAFT = "draft"
#: From what is farthest from being official.
_FROM_FAR = (
    SubmissionState.DRAFT, SubmissionState.RETURNED, SubmissionState.CONTRIBUTED, SubmissionState.SUBMITTED,
    SubmissionState.ACCEPTED, SubmissionState.ENDORSED,
)  # fmt: skip
_PROVENANCE_OF = {
    SubmissionState.SUBMITTED: Provenance.REPORTED,
    SubmissionState.ACCEPTED: Provenance.ACCEPTED,
    SubmissionState.ENDORSED: Provenance.ENDORSED,
}


def build_pillar_report(*, plan, round, pillar, cut_off, version=1):
    """The PillarReport of `pillar` in `round` as the database says it now.

    cut_off: the aware moment at which it is read; it goes on the cover and decides how late a missing report is. version:
    the number of the draft. Reads in a fixed number of queries; IndicatorResult must be up to date (refresh_results).
    """
    rows = load_pillar(plan=plan, round=round, pillar=pillar, on=timezone.localdate(cut_off))
    thresholds = Thresholds(plan.on_track_from, plan.at_risk_from)
    reports = tuple(_reports(rows))
    activities = tuple(_activity(one, rows, round) for one in rows.activities)
    indicators = tuple(_indicator(one, rows, thresholds) for one in rows.indicators)
    statements = tuple(_statements(rows))
    return data.PillarReport(
        version=version,
        cut_off=cut_off,
        kind=ReportKind.PILLAR.value,
        approval=DRAFT,
        plan=data.PlanPart(
            code=plan.code,
            title=plan.title,
            years=plan.years_label,
            activity_word=plan.activity_label,
            currency=plan.currency,
            on_track_from=plain(plan.on_track_from),
            at_risk_from=plain(plan.at_risk_from),
            is_illustrative=plan.holds_illustrative_data,
        ),
        round=data.RoundPart(
            label=round.label,
            period_start=round.period_start,
            period_end=round.period_end,
            due_on=round.due_on,
            is_published=round.published_at is not None,
        ),
        previous_round=rows.previous.label if rows.previous else "",
        pillar=data.PillarPart(
            code=pillar.code,
            name=pillar.name,
            data_note=rows.working_group.data_note if rows.working_group else "",
        ),
        co_leads=tuple(_co_leads(rows)),
        reports=reports,
        activities=activities,
        indicators=indicators,
        statements=statements,
        institutions=tuple(
            data.InstitutionPart(short=str(one), name=one.name, kind=one.kind)
            for one in rows.institutions.values()
        ),
        summary=summarise(
            reports=reports, activities=activities, indicators=indicators, statements=statements
        ),
        finance=build_finance(plan=plan, round=round, pillar=pillar, activities=rows.activities),
    )


def _co_leads(rows):
    """Both sides always, the government first; a side without a seat or a holder is shown as vacant."""
    for side, role in ((Side.GOVERNMENT, Role.GOVERNMENT_CO_LEAD), (Side.CSO, Role.CSO_CO_LEAD)):
        seat = next((one for one in rows.co_lead_seats if one.role == role), None)
        holder = seat.holding[0].user if seat and seat.holding else None
        yield data.CoLead(
            side=side.value,
            institution=str(seat.institution) if seat and seat.institution else "",
            holder=str(holder) if holder else "",
        )


def _reports(rows):
    """Who owes a submission, and who gave one, in the order of the institutions' names."""
    by_institution = defaultdict(list)
    for one in rows.submissions:
        by_institution[one.institution_id].append(one)
    # What is asked of an institution today, one that was merged into it since may have given.
    given_before = {one.answered_by for one in rows.submissions}
    for pk, institution in rows.institutions.items():
        submission = _least_advanced(by_institution[pk])
        if submission is None and (pk not in rows.expected or pk in given_before):
            continue
        first = submission.first_submitted_at if submission else None
        yield data.Report(
            institution=str(institution),
            name=institution.name,
            state=submission.state if submission else "",
            is_expected=not rows.expected.isdisjoint({pk, institution.merged_into_id}),
            is_received=submission is not None and submission.state in REVIEWABLE_STATES,
            first_submitted_on=timezone.localdate(first) if first else None,
            own_due_on=submission.own_due_on if submission else None,
            officer=submission.officer if submission and submission.state in REVIEWABLE_STATES else "",
            waits_for=str(submission.accountable)
            if submission and submission.state == SubmissionState.CONTRIBUTED
            else "",
        )


def _least_advanced(submissions):
    """Of an institution's report and its parts of what others answer for: it has reported when all of them are in."""
    return min(submissions, key=lambda one: _FROM_FAR.index(one.state), default=None)


def _activity(activity, rows, round):
    leads = tuple(
        data.LeadPart(
            institution=str(lead.institution),
            role=lead.role,
            is_accountable=lead.is_accountable,
            is_group=lead.institution.kind == InstitutionKind.GROUP,
        )
        for lead in activity.leads.all()
    )
    accountable = next((lead.institution_id for lead in activity.leads.all() if lead.is_accountable), None)
    progress = rows.progress[activity.pk]
    answers = [row for row in progress if row.submission.answered_by == accountable and row.status]
    # Where both told that were merged since, the word of the one that goes on counts (ProgressQuerySet.of_accountable).
    answer = min(answers, key=lambda row: row.submission.institution_id != accountable, default=None)
    is_scheduled = any(year in round.years for year in activity.years)
    if answer is not None:
        provenance = _PROVENANCE_OF[answer.submission.state].value
        official = answer.submission.state in OFFICIAL_STATES
        standing = answer.status if official else data.UNCONFIRMED
    else:
        provenance = Provenance.NONE.value
        standing = data.NOT_REPORTED if is_scheduled else ActivityStatus.NOT_DUE.value
    costings = rows.costings[activity.pk]
    return data.ActivityPart(
        code=activity.code,
        title=activity.title,
        goal=str(activity.output.goal),
        output=str(activity.output),
        years=tuple(sorted(activity.years)),
        is_scheduled=is_scheduled,
        leads=leads,
        standing=standing,
        status=answer.status if answer else "",
        provenance=provenance,
        accounts=_accounts(progress, accountable),
        costed_round=_sums(one for one in costings if one.year in round.years),
        costed_plan=_sums(costings),
        ratings=tuple(
            data.RatingPart(side=one.side, status=one.status, note=one.note, by=str(one.by))
            for one in (rows.ratings[answer.submission_id, activity.pk] if answer else ())
        ),
    )


def _accounts(progress, accountable):
    """What the leads told, the accountable one first."""
    ordered = sorted(progress, key=lambda row: row.submission.answered_by != accountable)
    return tuple(
        data.Account(
            institution=str(row.submission.institution),
            is_accountable=row.submission.answered_by == accountable,
            provenance=_PROVENANCE_OF[row.submission.state].value,
            status=row.status,
            reason=row.reason.strip(),
            narrative=row.narrative.strip(),
            what_worked=row.what_worked.strip(),
            what_did_not=row.what_did_not.strip(),
            next_steps=row.next_steps.strip(),
            collaboration=row.collaboration.strip(),
            corrections=tuple(
                data.CorrectionPart(
                    cause=one.cause.strip(),
                    measure=one.measure.strip(),
                    owner=one.owner.strip(),
                    due_on=one.due_on,
                    is_done=one.is_done,
                )
                for one in row.corrections.all()
            ),
        )
        for row in ordered
    )


def _sums(costings):
    """Estimates by currency, never added across currencies (DOMAIN.md, Arithmetic). None at all: not costed, not 0."""
    sums = defaultdict(Decimal)
    for one in costings:
        sums[one.currency] += one.amount
    return tuple(data.Money(currency, plain(amount)) for currency, amount in sorted(sums.items()))


def _indicator(indicator, rows, thresholds):
    result, before = rows.totals.get(indicator.pk), rows.before.get(indicator.pk)
    baseline, _point = baseline_of(indicator)
    endline = next((one for one in indicator.targets.all() if one.is_endline), None)
    level, parent = _parent(indicator)
    provenance = result.provenance if result else Provenance.NONE.value
    status = result.status if result else Performance.NOT_YET_DUE.value
    return data.IndicatorPart(
        code=indicator.code,
        statement=indicator.statement,
        definition=indicator.definition.strip(),
        measures=level,
        parent_code=parent.code,
        type=indicator.type,
        unit=indicator.unit,
        direction=indicator.direction,
        numerator_label=indicator.numerator_label,
        denominator_label=indicator.denominator_label,
        scale_labels=tuple(indicator.scale_labels),
        round_aggregation=indicator.round_aggregation,
        data_source=indicator.data_source,
        means_of_verification=indicator.means_of_verification.strip(),
        is_illustrative=indicator.is_illustrative,
        baseline=_baseline(indicator, baseline),
        baseline_year=indicator.baseline_year,
        previous=number_of(before) if before and not number_of(before).is_blank else None,
        previous_provenance=before.provenance if before else Provenance.NONE.value,
        target=plain(result.target) if result else None,
        target_is_interpolated=bool(result and result.target_is_interpolated),
        target_is_held=bool(result and result.target_is_held),
        endline=judged(promised(indicator.type, figure_of(endline))) if endline else None,
        endline_year=endline.period_end.year if endline else None,
        actual=number_of(result),
        running=plain(result.running) if result else None,
        text=result.text.strip() if result else "",
        achievement=plain(result.achievement) if result else None,
        achievement_shown=plain(shown_achievement(result.achievement, thresholds)) if result else None,
        basis=result.basis if result else "none",
        standing=data.UNCONFIRMED if provenance == Provenance.REPORTED else status,
        status=status,
        computed_status=result.computed_status if result else status,
        override_reason=result.override_reason if result and result.override_status else "",
        override_by=str(result.override_by or "") if result and result.override_status else "",
        provenance=provenance,
        has_dissent=bool(result and result.has_dissent),
        no_data_reason=result.no_data_reason if result else "",
        problem=result.problem if result else "",
        reporters=reporters_of(
            indicator, rows.values[indicator.pk], official=provenance in OFFICIAL_PROVENANCE
        ),
        breakdowns=breakdowns_of(indicator, result, rows.parts[indicator.pk]),
    )


def _parent(indicator):
    for level in ("activity", "output", "goal"):
        if getattr(indicator, level):
            return level, getattr(indicator, level)
    raise AssertionError("the database holds every indicator to one parent")


def _baseline(indicator, number):
    if not indicator.has_baseline:
        return None
    return data.Number(
        numerator=plain(indicator.baseline_numerator),
        denominator=plain(indicator.baseline_denominator),
        value=plain(indicator.baseline_value),
        measured=judged(number),
    )


def _statements(rows):
    """The co-leads' words on what stands now, and every dissent for ever, also one on an earlier version."""
    sides = list(Side)
    ordered = sorted(
        rows.sign_offs, key=lambda one: (str(one.submission.institution), sides.index(one.side), one.at)
    )
    for one in ordered:
        is_current = one.cycle == one.submission.cycle and one.submission.state in REVIEWABLE_STATES
        if is_current or one.verdict == Verdict.DISSENT:
            yield data.Statement(
                institution=str(one.submission.institution),
                side=one.side,
                verdict=one.verdict,
                text=one.statement.strip(),
                by=str(one.by),
                on=timezone.localdate(one.at),
                is_current=is_current,
            )
