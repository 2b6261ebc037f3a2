from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Reporting and results")

    def ready(self):
        from frameworks.changes import (
            subscribe,
            subscribe_round_dates,
            subscribe_round_opened,
            subscribe_seat_ended,
        )
        from frameworks.workflow import follow

        # Registers the transition tables, and what the framework's pages show of the results.
        from monitoring import logframe_status, states, still_true  # noqa: F401
        from monitoring.models import Submission
        from monitoring.operations.calendar import rewrite_dates
        from monitoring.operations.handover import make_handover
        from monitoring.operations.reporting import complete_open_rounds, create_expected_submissions
        from monitoring.reminders import remind_of_opening
        from monitoring.results import refresh_results
        from monitoring.telling import tell_of_step

        subscribe_round_opened(create_expected_submissions)
        subscribe_round_opened(remind_of_opening)
        follow(Submission, tell_of_step)
        subscribe_round_dates(rewrite_dates)
        subscribe_seat_ended(make_handover)
        subscribe(complete_open_rounds)
        subscribe(refresh_results)
