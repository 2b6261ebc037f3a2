from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = _("Costing and budgets")

    def ready(self):
        from budgets import gaps  # noqa: F401 (registers the costing gap with the framework's list)
