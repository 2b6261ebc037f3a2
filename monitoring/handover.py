"""What stands open on the day on which a focal point's sheet is made, as plain JSON; and the sheets that wait for somebody.

Codes are stored, not words: whoever reads the sheet may read another language.
"""

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date

from frameworks.models import Indicator, Institution, Membership, Role
from frameworks.models.people import CO_LEAD_ROLES
from frameworks.permissions import held_seats
from monitoring.due import with_reporters
from monitoring.models import Handover, Submission
from monitoring.models.submission import EDITABLE_STATES
from monitoring.sheets import load_sheets
from monitoring.steps import latest_returns


def snapshot_of(*, plan_id, institution_id, at):
    """The content of a sheet: submissions that are still with the institution, contacts, and where its figures come from.

    A fixed number of queries. Personal e-mail addresses stay out: they are the secretariat's.
    """
    return {
        "submissions": _submissions(plan_id, institution_id),
        "contacts": _contacts(plan_id, institution_id, at),
        "sources": _sources(plan_id, institution_id),
    }


def _submissions(plan_id, institution_id):
    rows = (
        Submission.objects.filter(
            round__plan=plan_id,
            institution=institution_id,
            state__in=EDITABLE_STATES,
            round__opened_at__isnull=False,
            round__published_at__isnull=True,
        )
        .select_related("round", "institution", "pillar", "accountable")
        .order_by("round__period_end", "pillar__order", "pillar__code", "pk")
    )
    sheets = load_sheets(rows)
    returned = latest_returns([sheet.submission for sheet in sheets])
    return [_submission(sheet, returned.get(sheet.submission.pk)) for sheet in sheets if sheet.fillings]


def _submission(sheet, returned):
    one = sheet.submission
    pages = [(entry.activity.code, entry.activity.title, entry.filling) for entry in sheet.due_entries]
    return {
        "pk": one.pk,
        "round": one.round.label,
        "pillar": one.pillar.name,
        "state": one.state,
        "lead": str(one.accountable or ""),
        "due_on": one.due_on.isoformat(),
        "done": sheet.done,
        "total": len(sheet.fillings),
        "note": one.return_note,
        "note_by": str(returned.by or "") if returned else "",
        "pages": [{"code": code, "title": title, "filling": filling.value} for code, title, filling in pages],
        "others": [line.indicator.code for line in sheet.due_others],
        "others_filling": sheet.others_filling.value if sheet.due_others else "",
    }


def _contacts(plan_id, institution_id, at):
    institution = Institution.objects.get(pk=institution_id)
    held = Membership.objects.filter(
        Membership.active_on(timezone.localdate(at)),
        Q(seat__role=Role.SECRETARIAT, seat__plan=plan_id)
        | Q(
            seat__role__in=CO_LEAD_ROLES,
            seat__working_group__pillar__in=_pillars_of(plan_id, institution_id),
        ),
        seat__closed_on__isnull=True,
    )
    people = held.select_related("user", "seat__institution", "seat__working_group__pillar").order_by(
        "seat__working_group__pillar__order", "seat__role", "seat__order", "pk"
    )
    return {
        "institution": {"name": institution.name, "email": institution.contact_email},
        "people": [
            {
                "name": str(one.user),
                "post": one.user.post,
                "role": one.seat.role,
                "pillar": one.seat.working_group.pillar.name if one.seat.working_group_id else "",
                "institution": str(one.seat.institution or ""),
                "email": one.seat.institution.contact_email if one.seat.institution_id else "",
            }
            for one in people
        ],
    }


def _pillars_of(plan_id, institution_id):
    """Those on which the institution has a submission."""
    return (
        Submission.objects.filter(round__plan=plan_id, institution=institution_id)
        .order_by()
        .values("pillar")
        .distinct()
    )


def _sources(plan_id, institution_id):
    """Of each indicator whose figure the institution gives: where the framework says that it comes from."""
    indicators = with_reporters(Indicator.objects.filter(plan=plan_id).in_use().order_by("sort_key"))
    return [
        {
            "code": one.code,
            "statement": one.statement,
            "source": one.data_source,
            "means": one.means_of_verification.strip(),
        }
        for one in indicators
        if institution_id in one.reporters
    ]


def with_days(content):
    """The stored content with its days as days again."""
    submissions = [one | {"due_on": parse_date(one["due_on"])} for one in content.get("submissions", ())]
    return content | {"submissions": submissions}


def waiting_sheets(user, plan, on):
    """The sheets that wait for the user in a plan: to be taken over, or, while their own term still runs, to be written.

    One query; `leaver`, `institution` and `membership` are loaded.
    """
    mine = [seat for seat in held_seats(user) if seat.plan_id == plan.pk and seat.role == Role.FOCAL_POINT]
    to_take = (
        Q(seat__in=[seat.pk for seat in mine])
        | Q(seat__closed_on__isnull=False, institution__in=[seat.institution_id for seat in mine])
    ) & ~Q(leaver=user)
    return (
        Handover.objects.filter(plan=plan, taken_at__isnull=True)
        .filter(to_take | Q(leaver=user, membership__ends_on__gte=on))
        .select_related("leaver", "institution", "membership")
        .order_by("-made_at", "-pk")
    )


def vacant_posts(plan, vacant, user):
    """(Seat, its newest sheet or None) of each vacant focal point's seat among `vacant`. One query, none without seats."""
    seats = [one for one in vacant if one.role == Role.FOCAL_POINT]
    newest = {}
    if seats:
        for sheet in Handover.objects.open_in(plan, user).filter(seat__in=[one.pk for one in seats]):
            newest.setdefault(sheet.seat_id, sheet)
    return [(seat, newest.get(seat.pk)) for seat in seats]
