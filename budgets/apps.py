from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = _("Costing and budgets")

    def ready(self):
        # Registers the costing gap, the estimates on the pages of the framework, and the transition tables.
        from budgets import gaps, provider, states  # noqa: F401
