from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Reporting and results")

    def ready(self):
        from frameworks.changes import subscribe, subscribe_round_opened

        # Registers the transition tables, and what the framework's pages show of the results.
        from monitoring import logframe_status, states  # noqa: F401
        from monitoring.operations.reporting import complete_open_rounds, create_expected_submissions
        from monitoring.results import refresh_results

        subscribe_round_opened(create_expected_submissions)
        subscribe(complete_open_rounds)
        subscribe(refresh_results)
