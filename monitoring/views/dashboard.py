"""The secretariat's dashboard; also read by co-leads, steering committee and monitoring team."""

from django.db.models import Count
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from budgets.waiting import waiting_annual_plans
from frameworks.gaps import summarise
from frameworks.permissions import Permission, has_permission
from frameworks.web import PlanMixin
from monitoring import dashboards
from monitoring.handover import vacant_posts
from monitoring.models import Submission
from monitoring.money_dashboard import load_money
from monitoring.operations.reminding import institutions_out, last_reminders
from monitoring.report_runs import prepared


class Dashboard(PlanMixin, TemplateView):
    """How the round stands, on one page: who has reported, what is off track, what waits, which reports there are."""

    template_name = "monitoring/dashboard.html"
    permission = Permission.VIEW_DASHBOARD

    def get_context_data(self, **kwargs):
        user, plan = self.request.user, self.plan
        label = self.request.GET.get("round", "")
        round, rounds = dashboards.current_round(plan, label)
        if label and round is None:
            raise Http404
        context = {
            "round": round,
            "round_tabs": [
                {"label": one.label, "url": f"?round={one.label}", "current": one == round}
                for one in rounds
                if one.opened_at is not None
            ],
            "vacant": (vacant := list(dashboards.vacant_seats(plan, self.today))),
            "posts": vacant_posts(plan, vacant, user),
            "annual_waiting": waiting_annual_plans(plan, user),
            "may_manage_seats": has_permission(user, Permission.MANAGE_SEATS, plan),
            "gap_count": summarise(plan).total.missing,
            "runs": prepared(dashboards.newest_reports(plan, user), user=user, at=timezone.now()),
            "may_generate": has_permission(user, Permission.GENERATE_REPORT, plan),
            "may_open_round": has_permission(user, Permission.MANAGE_ROUNDS, plan),
        }
        if round is not None and round.opened_at is not None:
            context |= self._of_round(round, user)
        return super().get_context_data(**context, **kwargs)

    def _of_round(self, round, user):
        pillars, rows = dashboards.submission_board(round=round, user=user, on=self.today)
        received, expected = dashboards.received_of(rows)
        off_track = dashboards.off_track(round=round, user=user)
        may_remind = has_permission(user, Permission.MANAGE_ROUNDS, self.plan)
        if may_remind:
            self._add_reminders(round, rows)
        return {
            "phase": round.phase(self.today),
            "days_left": (round.due_on - self.today).days,
            "pillars": pillars,
            "rows": rows,
            "may_remind": may_remind,
            "can_be_reminded": len(
                {row.institution for row in rows if row.is_out and not row.is_reminded_today}
            ),
            "received": received,
            "expected": expected,
            "overdue": len({row.institution for row in rows if row.is_overdue}),
            "waiting": self._waiting(round, user),
            "counts": dashboards.pillar_counts(round=round),
            "off_track": off_track,
            "money": load_money(plan=self.plan, round=round, user=user, pillars=pillars),
            "dissents": list(dashboards.dissents(round=round, user=user)),
            "board_url": reverse("dashboard", args=[self.plan.code]),
        }

    def _add_reminders(self, round, rows):
        out, last = institutions_out(round, self.today), last_reminders(round)
        for row in rows:
            row.is_out = row.institution.pk in out and any(
                cell and cell.submission.is_editable for cell in row.cells
            )
            row.reminder = last.get(row.institution.pk)
            row.is_reminded_today = row.reminder is not None and row.reminder.is_of(self.today)

    def _waiting(self, round, user):
        """How many submissions wait for review (submitted) and for signatures (accepted)."""
        counts = dict(
            Submission.objects.board_visible_to(user)
            .filter(round=round)
            .order_by()
            .values_list("state")
            .annotate(Count("pk"))
        )
        return {
            state: counts.get(state, 0)
            for state in ("submitted", "accepted", "returned", "endorsed", "draft")
        }
