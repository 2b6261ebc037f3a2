"""What happens to operational and annual plans and is to be told: to institutions, co-leads and the steering committee.

Making mails of it is frameworks/operations/mail.py. A notice knows what it is about by its key,
"<kind>/<plan>/<version>/…/<user>": so it can be asked later whether it still holds (budgets/still_true.py).
"""

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from budgets.models import Agreement, AnnualPlanLine, BudgetState, Decision, DecisionOutcome, OperationalState
from frameworks.models import Plan
from frameworks.operations.notices import Telling, notify_many
from frameworks.permissions import Permission
from frameworks.recipients import by_institution, by_pillar, by_plan
from frameworks.sides import SIGNS

#: So much of a note is quoted in a mail (characters); the rest is read on the page.
QUOTED = 600


def named(one):
    """The words that name an annual plan in a sentence."""
    return {"pillar": one.pillar.name, "year": one.year}


def moment(at):
    return f"{at:%Y%m%d%H%M%S%f}"


def _quoted(words, note):
    return f"{words}\n{Truncator(note).chars(QUOTED)}"


def _codes(plans):
    """annual or operational plans → {plan id: code}. One query."""
    return dict(Plan.objects.filter(pk__in={one.plan_id for one in plans}).values_list("pk", "code"))


def _telling(kind, one, version, user, subject, line, url, *, is_urgent=False):
    """A Telling about a plan. subject, line: functions of it, called in the reader's language."""
    return Telling(
        key=f"{kind}/{one.pk}/{version}/{user.pk}",
        kind=kind,
        user=user,
        plan_id=one.plan_id,
        subject=lambda: subject(one),
        line=lambda: line(one),
        url=url,
        is_urgent=is_urgent,
    )


def _addresses(annual_plans):
    """annual plan id → the address of its page. One query."""
    codes = _codes(annual_plans)
    return {
        one.pk: reverse("annual_plan", args=[codes[one.plan_id], one.pillar.code, one.year])
        for one in annual_plans
    }


# Annual plans


def tell_of_annual_step(subjects, *, action, by, at):
    """Tells those whose turn it is after a step of annual plans. Called by the one door, inside its transaction.

    A fixed number of queries for any number of plans. Nobody is told of what they did themselves.
    """
    told = []
    on = timezone.localdate(at)
    if action == "agree":
        told = _agreed(subjects, by, on)
    elif action == "submit":
        told = _to_decide(subjects, on)
    elif action in ("approve", "approve_with_changes", "return"):
        told = _decided(subjects, on)
    notify_many([one for one in told if one.user.pk != by.pk], at=at)


def spoken_on(annual_plans):
    """(annual plan id, side) of those who have agreed to the present version. One query."""
    return set(
        Agreement.objects.filter(
            annual_plan__in=[one.pk for one in annual_plans], version=F("annual_plan__version")
        ).values_list("annual_plan", "side")
    )


def _agreed(annual_plans, by, on):
    """The other side is told that it is its turn, or that both have agreed and it can go to the committee."""

    def their_turn(one):
        return _("The annual plan %(year)s of %(pillar)s waits for your side's agreement") % named(one)

    def why(one):
        return _("%(who)s has agreed to it for the other side.") % {"who": by}

    def both(one):
        return _("Both sides agree on the annual plan %(year)s of %(pillar)s") % named(one)

    def next_step(one):
        return _("Either co-lead can now submit it to the steering committee.")

    plans, spoken, addresses = (
        {one.plan_id for one in annual_plans},
        spoken_on(annual_plans),
        _addresses(annual_plans),
    )
    signers = {side: by_pillar(permission, plans=plans, on=on) for side, permission in SIGNS.items()}
    newest = dict(
        Agreement.objects.filter(annual_plan__in=addresses, version=F("annual_plan__version"))
        .order_by("pk")
        .values_list("annual_plan", "pk")
    )
    told = []
    for one in annual_plans:
        # A later agreement of the same version (the first was taken back) is another piece of news.
        version = f"{one.version}-{newest[one.pk]}"
        for side in SIGNS:
            for user in signers[side].get((one.plan_id, one.pillar_id), ()):
                if one.state == BudgetState.AGREED:
                    told.append(_telling("annual_agreed", one, f"{version}/{side}", user, both, next_step, addresses[one.pk]))  # fmt: skip
                elif (one.pk, side) not in spoken:
                    told.append(_telling("annual_agree", one, f"{version}/{side}", user, their_turn, why, addresses[one.pk]))  # fmt: skip
    return told


def tell_of_taking_back(agreements, *, by, at):
    """Those who had agreed are told that the plan holds something else now, and that their word is asked again.

    agreements: as they were, with `by` and `annual_plan.pillar` at hand.
    """

    def subject(one):
        return _("The annual plan %(year)s of %(pillar)s has changed since you agreed") % named(one)

    def line(one):
        return _("%(who)s changed what it holds. Your agreement no longer stands: look at it again.") % {
            "who": by
        }

    if not agreements:
        return
    addresses = _addresses([one.annual_plan for one in agreements])
    told = [
        _telling(
            "annual_changed", said.annual_plan, f"{said.version}-{said.pk}/{said.side}", said.by, subject, line,
            addresses[said.annual_plan_id],
        )
        for said in agreements
        if said.by_id != by.pk and said.by.is_active and said.by.email
    ]  # fmt: skip
    notify_many(told, at=at)


def _to_decide(annual_plans, on):
    def subject(one):
        return _("The annual plan %(year)s of %(pillar)s waits for the committee's decision") % named(one)

    def line(one):
        return _(
            "Both co-leads have agreed on it. Approve it, approve it with changes, or return it with a note."
        )

    committee = by_plan(Permission.DECIDE_BUDGET, plans={one.plan_id for one in annual_plans}, on=on)
    addresses = _addresses(annual_plans)
    return [
        _telling("annual_decide", one, one.version, user, subject, line, addresses[one.pk])
        for one in annual_plans
        for user in committee.get(one.plan_id, ())
    ]


def institutions_in(annual_plans):
    """annual plan id → ids of the institutions whose lines its present version holds; merged ones under what they are now."""
    rows = AnnualPlanLine.objects.filter(
        annual_plan__in=[one.pk for one in annual_plans], version=F("annual_plan__version")
    ).values_list(
        "annual_plan",
        "budget_line__operational_plan__institution",
        "budget_line__operational_plan__institution__merged_into",
    )
    found = {one.pk: set() for one in annual_plans}
    for pk, institution, merged_into in rows.distinct().order_by():
        found[pk].add(merged_into or institution)
    return found


def _decided(annual_plans, on):
    """The co-leads are told, and the institutions whose lines it holds. A return is the co-leads' to act on at once."""
    plans = {one.plan_id for one in annual_plans}
    addresses, institutions = _addresses(annual_plans), institutions_in(annual_plans)
    decisions = {
        one.annual_plan_id: one
        for one in Decision.objects.filter(annual_plan__in=addresses, version=F("annual_plan__version"))
    }
    co_leads = by_pillar(Permission.PREPARE_ANNUAL_PLAN, plans=plans, on=on)
    focal_points = by_institution(Permission.EDIT_BUDGET, plans=plans, on=on)

    def subject(one):
        return {
            DecisionOutcome.APPROVED: _("The annual plan %(year)s of %(pillar)s is approved"),
            DecisionOutcome.APPROVED_WITH_CHANGES: _("The annual plan %(year)s of %(pillar)s is approved with changes"),
            DecisionOutcome.RETURNED: _("The annual plan %(year)s of %(pillar)s was returned"),
        }[decisions[one.pk].outcome] % named(one)  # fmt: skip

    def line(one):
        decision = decisions[one.pk]
        words = _("The steering committee decided on %(day)s (%(reference)s).") % {
            "day": date_format(decision.decided_on),
            "reference": decision.reference,
        }
        return _quoted(words, decision.note) if decision.note else words

    told = []
    for one in annual_plans:
        is_returned = one.state == BudgetState.RETURNED
        readers = {
            user.pk: (user, "annual_decided", False)
            for institution in institutions[one.pk]
            for user in focal_points.get((one.plan_id, institution), ())
        }
        for user in co_leads.get((one.plan_id, one.pillar_id), ()):
            readers[user.pk] = (user, "annual_returned" if is_returned else "annual_decided", is_returned)
        told += [
            _telling(kind, one, one.version, user, subject, line, addresses[one.pk], is_urgent=is_urgent)
            for user, kind, is_urgent in readers.values()
        ]
    return told


# Operational plans


def tell_of_operational_step(subjects, *, action, by, at):
    """Tells an institution that its operational plan was returned. Called by the one door, inside its transaction."""
    if action != "return":
        return
    returned = [one for one in subjects if one.state == OperationalState.RETURNED]
    on = timezone.localdate(at)
    plans, codes = {one.plan_id for one in returned}, _codes(returned)
    focal_points = by_institution(Permission.EDIT_BUDGET, plans=plans, on=on)

    def subject(one):
        return _("%(institution)s's operational plan %(year)s on %(pillar)s was returned") % _of(one)

    def line(one):
        return _quoted(_("%(who)s returned it with this note:") % {"who": by}, one.return_note)

    told, unreached = [], []
    for one in returned:
        # Each return is news of its own: the plan keeps no number of how often it was handed in.
        version = moment(at)
        users = focal_points.get((one.plan_id, one.institution.successor_id), ())
        if not users:
            unreached.append(one)
        told += [
            _telling(
                "operational_returned", one, version, user, subject, line, _operational_address(codes, one),
                is_urgent=True,
            )
            for user in users
        ]  # fmt: skip
    told += _unreached(unreached, at, on) if unreached else []
    notify_many([one for one in told if one.user.pk != by.pk], at=at)


def _of(one):
    return {"institution": one.institution, "pillar": one.pillar.name, "year": one.year}


def _operational_address(codes, one):
    return reverse("operational_plan", args=[codes[one.plan_id], one.pk])


def _unreached(returned, at, on):
    """The secretariat is told instead of a focal point whom no mail reaches."""

    def subject(one):
        return _("%(institution)s has no focal point whom mail reaches") % _of(one)

    def line(one):
        return _("Its operational plan %(year)s on %(pillar)s was returned, and nobody could be told.") % _of(
            one
        )

    secretariat = by_plan(Permission.MANAGE_BUDGETS, plans={one.plan_id for one in returned}, on=on)
    codes = _codes(returned)
    return [
        _telling(
            "operational_unreached", one, moment(at), user, subject, line,
            reverse("plan_people", args=[codes[one.plan_id]]),
        )
        for one in returned
        for user in secretariat.get(one.plan_id, ())
    ]  # fmt: skip
