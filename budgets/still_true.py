"""The kinds of notices about budgets, and whether what one says still holds when its mail is written.

What was done in the meantime, or is somebody else's seat by now, is not mailed any more.
"""

from django.utils.translation import gettext_lazy

from budgets.models import AnnualPlan, BudgetState, OperationalPlan, OperationalState
from budgets.models.annual import DECIDED_ANNUAL, EDITABLE_ANNUAL
from budgets.telling import institutions_in, spoken_on
from frameworks.operations.notices import Kind, register_kind, rest_of_key
from frameworks.permissions import Permission
from frameworks.recipients import by_institution, by_pillar, by_plan, is_among
from frameworks.sides import SIGNS


def _subjects(model, notices):
    return model.objects.in_bulk({int(rest_of_key(one)[0]) for one in notices})


def _present(notice, subjects, states):
    """The annual plan of a notice, if it is in one of those states and in the version that was told of; else None."""
    pk, version = rest_of_key(notice)[:2]
    subject = subjects.get(int(pk))
    if subject is None or subject.state not in states or version.split("-")[0] != str(subject.version):
        return None
    return subject


def _to_agree(notices, on):
    """The plan is still with the working group, and the reader's side has not agreed (again)."""
    subjects = _subjects(AnnualPlan, notices)
    spoken, plans = spoken_on(subjects.values()), {one.plan_id for one in subjects.values()}
    seats = {side: by_pillar(permission, plans=plans, on=on) for side, permission in SIGNS.items()}
    found = set()
    for one in notices:
        subject, side = _present(one, subjects, EDITABLE_ANNUAL), rest_of_key(one)[2]
        if (
            subject is not None
            and (subject.pk, side) not in spoken
            and is_among(seats[side], (subject.plan_id, subject.pillar_id), one.user_id)
        ):
            found.add(one.pk)
    return found


def _their_turn(notices, on):
    """As above, and the other side's agreement still stands."""
    subjects = _subjects(AnnualPlan, notices)
    half = {pk for pk, _side in spoken_on(subjects.values())}
    return _to_agree([one for one in notices if int(rest_of_key(one)[0]) in half], on)


def _of_co_leads(*states):
    """A still_true: the reader leads the working group, and the plan is in that state, in the version that was told of."""

    def still_true(notices, on):
        subjects = _subjects(AnnualPlan, notices)
        plans = {one.plan_id for one in subjects.values()}
        seats = by_pillar(Permission.PREPARE_ANNUAL_PLAN, plans=plans, on=on)
        found = set()
        for one in notices:
            subject = _present(one, subjects, states)
            if subject and is_among(seats, (subject.plan_id, subject.pillar_id), one.user_id):
                found.add(one.pk)
        return found

    return still_true


def _to_decide(notices, on):
    subjects = _subjects(AnnualPlan, notices)
    seats = by_plan(Permission.DECIDE_BUDGET, plans={one.plan_id for one in subjects.values()}, on=on)
    found = set()
    for one in notices:
        subject = _present(one, subjects, (BudgetState.SUBMITTED,))
        if subject and is_among(seats, subject.plan_id, one.user_id):
            found.add(one.pk)
    return found


def _decided(notices, on):
    """The decision is the last word on it, and the reader leads the group or budgets for an institution in it."""
    states = (*DECIDED_ANNUAL, BudgetState.RETURNED)
    found = _of_co_leads(*states)(notices, on)
    subjects = _subjects(AnnualPlan, notices)
    institutions = institutions_in(subjects.values())
    plans = {one.plan_id for one in subjects.values()}
    seats = by_institution(Permission.EDIT_BUDGET, plans=plans, on=on)
    for one in notices:
        subject = _present(one, subjects, states)
        if subject and any(
            is_among(seats, (subject.plan_id, institution), one.user_id)
            for institution in institutions[subject.pk]
        ):
            found.add(one.pk)
    return found


def _operational_returned(notices, on):
    subjects = OperationalPlan.objects.select_related("institution").in_bulk(
        {int(rest_of_key(one)[0]) for one in notices}
    )
    plans = {one.plan_id for one in subjects.values()}
    seats = by_institution(Permission.EDIT_BUDGET, plans=plans, on=on)
    found = set()
    for one in notices:
        subject = subjects.get(int(rest_of_key(one)[0]))
        if subject is None or subject.state != OperationalState.RETURNED:
            continue
        institution = subject.institution.successor_id
        if is_among(seats, (subject.plan_id, institution), one.user_id):
            found.add(one.pk)
    return found


def _in_secretariat(notices, on):
    seats = by_plan(Permission.MANAGE_BUDGETS, plans={one.plan_id for one in notices}, on=on)
    return {one.pk for one in notices if is_among(seats, one.plan_id, one.user_id)}


KINDS = (
    Kind("operational_returned", gettext_lazy("Returned to you"), 1, _operational_returned),
    Kind("annual_returned", gettext_lazy("Returned to you"), 1, _of_co_leads(BudgetState.RETURNED)),
    Kind("annual_decide", gettext_lazy("To decide"), 5, _to_decide),
    Kind("annual_agree", gettext_lazy("To agree on"), 6, _their_turn),
    Kind("annual_changed", gettext_lazy("To agree on"), 6, _to_agree),
    Kind("annual_agreed", gettext_lazy("To submit to the steering committee"), 6, _of_co_leads(BudgetState.AGREED)),
    Kind("annual_decided", gettext_lazy("Decided by the steering committee"), 7, _decided),
    Kind("operational_unreached", gettext_lazy("Not reached"), 9, _in_secretariat),
)  # fmt: skip
for kind in KINDS:
    register_kind(kind)
