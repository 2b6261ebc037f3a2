from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetsConfig(AppConfig):
    name = "budgets"
    verbose_name = _("Costing and budgets")

    def ready(self):
        # Registers the costing gap, the estimates on the pages of the framework, the transition tables, the kinds of notices.
        from budgets import gaps, provider, states, still_true  # noqa: F401
        from budgets.models import AnnualPlan, OperationalPlan
        from budgets.telling import tell_of_annual_step, tell_of_operational_step
        from frameworks.workflow import follow

        follow(AnnualPlan, tell_of_annual_step)
        follow(OperationalPlan, tell_of_operational_step)
