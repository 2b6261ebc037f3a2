from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Reporting and results")

    def ready(self):
        from frameworks.changes import subscribe
        from monitoring import states  # noqa: F401 (registers the transition tables)
        from monitoring.results import refresh_results

        subscribe(refresh_results)
