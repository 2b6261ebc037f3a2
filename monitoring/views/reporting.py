"""The focal point's pages: what is due in a round (DOMAIN.md, People)."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from frameworks.models import ReportingRound
from frameworks.permissions import Permission, Scope, granted
from frameworks.web import PlanMixin
from monitoring.models import Submission
from monitoring.models.submission import EDITABLE_STATES, SubmissionState
from monitoring.operations.reporting import submit_all
from monitoring.sheets import Filling, load_sheets
from monitoring.states import why_locked
from monitoring.steps import latest_returns
from monitoring.words import lateness

#: Returned ones first, then what is still to be written, then what is out of hand.
_ORDER = [SubmissionState.RETURNED, SubmissionState.DRAFT]


@dataclass
class Card:
    """One submission on the focal point's page. `locked`: why it cannot be changed, "" when it can."""

    sheet: object
    locked: str
    returned: object = None

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
        return [card for card in self.cards if card.can_submit]

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
        .select_related("round", "institution", "pillar", "submitted_by")
        .order_by("institution__acronym", "institution__name", "pillar__order", "pillar__code")
    )
    sheets = load_sheets(submissions)
    returned = latest_returns([sheet.submission for sheet in sheets])
    desks = {}
    for sheet in sheets:
        one = sheet.submission
        nothing_asked = not sheet.fillings
        if nothing_asked and one.state == SubmissionState.DRAFT:
            continue  # the framework changed after the round had opened: nothing is asked here any more
        desk = desks.setdefault(one.institution_id, Desk(one.institution))
        desk.cards.append(Card(sheet, why_locked(one, at), returned.get(one.pk)))
    for desk in desks.values():
        desk.cards.sort(key=_urgency)
    return list(desks.values())


def _urgency(card):
    state = card.submission.state
    return _ORDER.index(state) if state in _ORDER else len(_ORDER)


class LatestReport(PlanMixin, TemplateView):
    """Takes a focal point to the round that is open now, else to the latest one."""

    template_name = "monitoring/my_report.html"

    def get(self, request, *args, **kwargs):
        institutions_of(request.user, self.plan)
        rounds = list(ReportingRound.objects.filter(plan=self.plan).opened().order_by("-period_end"))
        open_now = [one for one in rounds if one.accepts_submissions(self.today)]
        if rounds:
            return redirect("my_report", self.plan.code, (open_now or rounds)[0].label)
        return super().get(request, *args, **kwargs)


class MyReport(PlanMixin, TemplateView):
    """What an institution's focal point has to do in a round, and how far it is."""

    template_name = "monitoring/my_report.html"

    def get(self, request, *args, **kwargs):
        institutions_of(request.user, self.plan)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        round = self._round()
        desks = desks_of(self.request.user, round, timezone.now())
        rounds = ReportingRound.objects.filter(plan=self.plan).opened().order_by("-period_end")[:6]
        return super().get_context_data(
            round=round,
            phase=round.phase(self.today),
            deadline=lateness(round.due_on, self.today),
            is_late=self.today > round.due_on,
            desks=desks,
            rounds=list(rounds),
            COMPLETE=Filling.COMPLETE,
            **kwargs,
        )

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
        outcomes = submit_all(submissions=ready, by=request.user, at=at)
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
