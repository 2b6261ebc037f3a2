from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = _("Costing and budgets")

    def ready(self):
        # Registers the costing gap with the framework's list, and the estimates with its pages.
        from budgets import gaps, provider  # noqa: F401
