"""Parts of joint leads: which belong to which report of an accountable lead. Queries only.

A part is a Submission with `accountable`; it belongs to the report of that institution of the same round and pillar.
"""

from dataclasses import dataclass

from monitoring.models import Submission
from monitoring.models.submission import REVIEWABLE_STATES, SubmissionState


@dataclass(frozen=True, slots=True)
class AnsweringScope:
    """What the permissions on somebody else's part are asked of: the accountable lead, in its plan."""

    plan_id: int
    institution_id: int
    pillar_id: int


def answering_scope(part):
    """The AnsweringScope of a part; nobody's for an institution's own report."""
    return AnsweringScope(part.round.plan_id, part.accountable_id, part.pillar_id)


def _report_of(part):
    return part.round_id, part.pillar_id, part.accountable_id


def parts_of(reports):
    """report id → the parts of other leads that belong to it, by the names of who tells them. One query."""
    wanted = {(one.round_id, one.pillar_id, one.institution_id): one.pk for one in reports if not one.is_part}
    found = {pk: [] for pk in wanted.values()}
    if not wanted:
        return found
    rounds, pillars, institutions = (set(ids) for ids in zip(*wanted, strict=True))
    parts = (
        Submission.objects.filter(round__in=rounds, pillar__in=pillars, accountable__in=institutions)
        .select_related("round", "institution", "accountable", "pillar")
        .order_by("institution__acronym", "institution__name", "pk")
    )
    for part in parts:
        if _report_of(part) in wanted:
            found[wanted[_report_of(part)]].append(part)
    return found


def given_parts(reports):
    """The parts that were handed to the institutions of these reports and wait to be submitted with them."""
    return [
        part
        for parts in parts_of(reports).values()
        for part in parts
        if part.state == SubmissionState.CONTRIBUTED
    ]


def reports_of(parts, *, lock=False):
    """part id → the report of the accountable lead that it belongs to; without it, where there is none. One query.

    lock: nobody submits or returns the report until the transaction ends.
    """
    keys = {part.pk: _report_of(part) for part in parts if part.is_part}
    if not keys:
        return {}
    rounds, pillars, institutions = (set(ids) for ids in zip(*keys.values(), strict=True))
    rows = Submission.objects.filter(
        round__in=rounds, pillar__in=pillars, institution__in=institutions, accountable=None
    ).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    reports = {(one.round_id, one.pillar_id, one.institution_id): one for one in rows}
    return {pk: reports[key] for pk, key in keys.items() if key in reports}


def is_with_the_co_leads(report):
    """Whether a report has been submitted and is not back with its institution. None: no report."""
    return report is not None and report.state in REVIEWABLE_STATES
