"""The focal point's pages: what is due in a round (DOMAIN.md, People)."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from frameworks.models import ReportingRound
from frameworks.permissions import Permission, Scope, granted
from frameworks.web import PlanMixin
from monitoring.deadlines import own_dates_text
from monitoring.discussion import load_discussions
from monitoring.forms.officer import OfficerForm
from monitoring.handing_in import why_locked
from monitoring.handover import waiting_sheets
from monitoring.joint import is_with_the_co_leads, reports_of
from monitoring.models import Submission
from monitoring.models.submission import EDITABLE_STATES, SubmissionState
from monitoring.operations.officer import name_officer, proposed_officers
from monitoring.operations.parts import hand_in_all
from monitoring.parts import load_parts
from monitoring.sheets import Filling, load_sheets
from monitoring.steps import latest_returns
from monitoring.waiting import to_write
from monitoring.words import lateness

#: Returned ones first, then what is still to be written, then what is out of hand.
_ORDER = [SubmissionState.RETURNED, SubmissionState.DRAFT]


@dataclass
class Card:
    """One submission on the focal point's page. `locked`: why it cannot be changed, "" when it can.

    `parts`: those of other leads that go along with it (monitoring/parts.py). lead_has_submitted: of a part, which then
    goes straight to the co-leads.
    """

    sheet: object
    locked: str
    returned: object = None
    parts: list = field(default_factory=list)
    is_late: bool = False
    discussion: object = None
    lead_has_submitted: bool = False

    @property
    def submission(self):
        return self.sheet.submission

    @property
    def is_handed_in(self):
        return self.submission.state not in EDITABLE_STATES

    @property
    def can_submit(self):
        return not self.locked and self.sheet.is_ready

    @property
    def is_part(self):
        return self.submission.is_part

    @property
    def is_contributed(self):
        """Handed to the accountable lead, which has not submitted yet."""
        return self.submission.state == SubmissionState.CONTRIBUTED

    @property
    def missing_parts(self):
        """The other leads without whose part the report would go."""
        return [part for part in self.parts if part.is_missing]

    @property
    def rows(self):
        """(entry, [(part, what it says of the activity)]) for the list of pages."""
        return [
            (entry, [one for part in self.parts if (one := (part, part.of(entry.activity)))[1]])
            for entry in self.sheet.due_entries
        ]

    @property
    def done(self):
        """Pages that nothing is missing on: all of them once it is handed in."""
        return len(self.sheet.fillings) if self.is_handed_in else self.sheet.done

    @property
    def due(self):
        """Pages that are still to be filled: what is handed in is no longer due."""
        return 0 if self.is_handed_in else len(self.sheet.fillings) - self.sheet.done


@dataclass
class Desk:
    """Everything that one institution has to hand in."""

    institution: object
    cards: list = field(default_factory=list)
    officer: object = None  # the OfficerForm that goes along with "submit everything"

    @property
    def total(self):
        return sum(len(card.sheet.fillings) for card in self.cards)

    @property
    def done(self):
        return sum(card.done for card in self.cards)

    @property
    def due(self):
        return sum(card.due for card in self.cards)

    @property
    def ready(self):
        """What can go by one button: where another lead's part is missing, somebody has to look first."""
        return [card for card in self.cards if card.can_submit and not card.missing_parts]

    @property
    def dates(self):
        """A submission that says by which dates the institution reports: all of its have the same."""
        return self.cards[0].submission

    @property
    def is_out(self):
        """Whether something is still with the institution."""
        return any(not card.is_handed_in for card in self.cards)


def institutions_of(user, plan):
    """Ids of the institutions for which `user` reports in `plan`; PermissionDenied when there is none."""
    seats = granted(user, Permission.EDIT_SUBMISSION, Scope.INSTITUTION)
    mine = {seat.institution_id for seat in seats if seat.plan_id == plan.pk}
    if not mine:
        raise PermissionDenied(_("This page is for the focal points of the institutions that report."))
    return mine


def desks_of(user, round, at):
    """The Desks of a user in a round, by institution. A fixed number of queries."""
    submissions = (
        Submission.objects.reported_by(user)
        .filter(round=round)
        .select_related("round", "institution", "pillar", "submitted_by", "accountable", "contributed_by")
        .order_by(
            "institution__acronym",
            "institution__name",
            "pillar__order",
            "pillar__code",
            F("accountable__acronym").asc(nulls_first=True),
            "pk",
        )
    )
    sheets = load_sheets(submissions)
    parts = load_parts([sheet.submission for sheet in sheets])
    reports = reports_of([sheet.submission for sheet in sheets])
    discussions = load_discussions([sheet.submission for sheet in sheets], user)
    returned = latest_returns([sheet.submission for sheet in sheets])
    desks, on = {}, timezone.localdate(at)
    for sheet in sheets:
        one = sheet.submission
        nothing_asked = not sheet.fillings
        if nothing_asked and one.state == SubmissionState.DRAFT:
            continue  # the framework changed after the round had opened: nothing is asked here any more
        desk = desks.setdefault(one.institution_id, Desk(one.institution))
        desk.cards.append(
            Card(
                sheet,
                why_locked(one, at),
                returned.get(one.pk),
                parts.get(one.pk, []),
                one.is_overdue(on),
                discussions[one.pk],
                is_with_the_co_leads(reports.get(one.pk)),
            )
        )
    for desk in desks.values():
        desk.cards.sort(key=_urgency)
    return list(desks.values())


def add_officers(desks, user, refused, *, data=None):
    """Gives each desk the form with the accountable officer to propose (`data`: as sent). One query, or none."""
    can_go = {desk.institution.pk: [card for card in desk.cards if card.can_submit] for desk in desks}
    first = {pk: cards[0].submission for pk, cards in can_go.items() if cards}
    proposed = proposed_officers(first.values(), user)
    for desk in desks:
        pk = desk.institution.pk
        if pk in first:
            new = OfficerForm(proposed[first[pk].pk], data, prefix_id=f"id_{pk}")
            desk.officer = refused.get(pk) or new


def _urgency(card):
    state = card.submission.state
    return _ORDER.index(state) if state in _ORDER else len(_ORDER)


def rounds_for(user, plan, on):
    """The opened rounds of a plan, newest first; each knows whether it `is_open_to_me`.

    That is: whether something of the user's is still to be written and can be, also in a round that is closed to others.
    """
    mine = to_write(user, on).filter(round=OuterRef("pk"))
    return (
        ReportingRound.objects.filter(plan=plan)
        .opened()
        .annotate(is_open_to_me=Exists(mine))
        .order_by("-period_end")
    )


class LatestReport(PlanMixin, TemplateView):
    """Takes a focal point to the round that is open now, else to the latest one."""

    template_name = "monitoring/my_report.html"

    def get(self, request, *args, **kwargs):
        institutions_of(request.user, self.plan)
        rounds = list(rounds_for(request.user, self.plan, self.today))
        mine = [one for one in rounds if one.is_open_to_me]
        open_now = mine or [one for one in rounds if one.accepts_submissions(self.today)]
        if rounds:
            return redirect("my_report", self.plan.code, (open_now or rounds)[0].label)
        return super().get(request, *args, **kwargs)


class MyReport(PlanMixin, TemplateView):
    """What an institution's focal point has to do in a round, and how far it is."""

    template_name = "monitoring/my_report.html"

    def get(self, request, *args, **kwargs):
        institutions_of(request.user, self.plan)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, *, refused=None, **kwargs):
        """refused: institution id → the OfficerForm that was not complete."""
        round = self._round()
        desks = desks_of(self.request.user, round, timezone.now())
        add_officers(desks, self.request.user, refused or {})
        rounds = list(rounds_for(self.request.user, self.plan, self.today)[:6])
        phase, due_on = self._dates(desks, round)
        return super().get_context_data(
            round=round,
            phase=phase,
            due_on=due_on,
            deadline=lateness(due_on, self.today),
            desks=[(desk, own_dates_text(desk.dates, self.today)) for desk in desks],
            rounds=rounds,
            sheets=list(waiting_sheets(self.request.user, self.plan, self.today)),
            also_open=[one for one in rounds if one.is_open_to_me and one != round],
            COMPLETE=Filling.COMPLETE,
            **kwargs,
        )

    def _dates(self, desks, round):
        """Phase and deadline at the head of the page: the institution's own, unless the person reports for several that differ."""
        own = {(desk.dates.phase(self.today), desk.dates.due_on) for desk in desks}
        return own.pop() if len(own) == 1 else (round.phase(self.today), round.due_on)

    def post(self, request, *args, **kwargs):
        """Submits everything of one institution that nothing is missing in."""
        institutions_of(request.user, self.plan)
        round, at = self._round(), timezone.now()
        desks = [
            desk
            for desk in desks_of(request.user, round, at)
            if str(desk.institution.pk) == request.POST.get("institution")
        ]
        ready = [card.submission for desk in desks for card in desk.ready]
        add_officers(desks, request.user, {}, data=request.POST)
        refused = {
            one.institution.pk: one.officer for one in desks if one.ready and not one.officer.is_valid()
        }
        if refused:
            return self.render_to_response(self.get_context_data(refused=refused), status=422)
        for desk in desks:
            if desk.ready:
                named = [card.submission for card in desk.ready]
                name_officer(submissions=named, officer=desk.officer.officer, by=request.user, at=at)
        outcomes = hand_in_all(submissions=ready, by=request.user, at=at)
        sent = [one for one in outcomes if not one.problem]
        if sent:
            messages.success(
                request,
                ngettext("%(count)d submission handed in.", "%(count)d submissions handed in.", len(sent))
                % {"count": len(sent)},
            )
        elif not outcomes:
            messages.info(request, _("Nothing was ready to be submitted."))
        for one in outcomes:
            if one.problem:
                messages.warning(request, f"{one.subject.pillar}: {one.problem}")
        return redirect(reverse("my_report", args=[self.plan.code, round.label]))

    def _round(self):
        return get_object_or_404(
            ReportingRound.objects.filter(plan=self.plan).opened(), label=self.kwargs["label"]
        )
