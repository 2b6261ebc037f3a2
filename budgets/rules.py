"""What the budget of a plan is held to."""

from budgets.models import BudgetRules


def rules_of(plan):
    """The plan's BudgetRules; unsaved ones with the usual values where it has none. One query."""
    return BudgetRules.objects.filter(plan=plan).first() or BudgetRules(plan=plan)
