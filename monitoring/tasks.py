"""What workers do. Every task takes ids, calls one function and is safe to run twice (DESIGN.md, rule 11)."""

import pghistory
from celery import shared_task
from django.utils import timezone

from frameworks.models import Indicator, Plan
from monitoring.models import ReportRun
from monitoring.operations import reports
from monitoring.reminders import remind as make_reminders
from monitoring.reports.run import write_report
from monitoring.results import refresh_results

#: Seconds after which a report is stopped with words, and without. Both lie below the broker's visibility timeout, so that
#: a report that is still being written is not handed to a second worker.
SOFT_LIMIT, HARD_LIMIT = 600, 660


@shared_task(
    name="monitoring.tasks.build_report", acks_late=True, soft_time_limit=SOFT_LIMIT, time_limit=HARD_LIMIT
)
def build_report(run_id):
    """Writes one report; the run itself records how it went."""
    asked_by = ReportRun.objects.filter(pk=run_id).values_list("requested_by", flat=True).first()
    with pghistory.context(user=asked_by, action="build_report"):
        write_report(run_id, clock=timezone.now)


@shared_task(name="monitoring.tasks.queue_due_reports", acks_late=True)
def queue_due_reports():
    """The reports that make themselves when a round's deadline has passed; beat calls it every minute."""
    reports.queue_due_reports(at=timezone.now())


@shared_task(name="monitoring.tasks.rescue_stopped_reports", acks_late=True)
def rescue_stopped_reports():
    """Runs whose worker died; beat calls it every minute."""
    reports.rescue_stopped(at=timezone.now())


@shared_task(name="monitoring.tasks.refresh_all_results", acks_late=True)
def refresh_all_results():
    """Brings all results up to date: at the turn of the day a blank becomes "no data". One plan at a time, small in memory."""
    at = timezone.now()
    for plan_id in (
        Plan.objects.filter(rounds__opened_at__isnull=False).distinct().values_list("pk", flat=True)
    ):
        with pghistory.context(action="refresh_results"):
            refresh_results(Indicator.objects.filter(plan=plan_id), at=at)


@shared_task(name="monitoring.tasks.remind", acks_late=True)
def remind():
    """Rounds that are open, deadlines that are near or over: the notices of the day. Beat calls it every hour."""
    make_reminders(at=timezone.now())
