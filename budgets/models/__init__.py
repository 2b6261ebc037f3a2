"""What the plan costs, what was asked, approved and spent. Money is Decimal with a currency; missing is never 0."""

from budgets.models.annual import (
    Agreement,
    AnnualPlan,
    AnnualPlanLine,
    BudgetState,
    Decision,
    DecisionOutcome,
)
from budgets.models.costing import Costing, OutputCosting
from budgets.models.planning import (
    BudgetLine,
    CostItem,
    GenderTag,
    OperationalAction,
    OperationalPlan,
    OperationalState,
)
from budgets.models.sources import (
    BudgetRules,
    BudgetYear,
    ExchangeRate,
    FundingSource,
    InstitutionBudget,
    SourceKind,
)
from budgets.models.spending import Expenditure
from budgets.models.upload import BudgetUpload

__all__ = [
    "Agreement",
    "AnnualPlan",
    "AnnualPlanLine",
    "BudgetLine",
    "BudgetRules",
    "BudgetState",
    "BudgetUpload",
    "BudgetYear",
    "CostItem",
    "Costing",
    "Decision",
    "DecisionOutcome",
    "ExchangeRate",
    "Expenditure",
    "FundingSource",
    "GenderTag",
    "InstitutionBudget",
    "OperationalAction",
    "OperationalPlan",
    "OperationalState",
    "OutputCosting",
    "SourceKind",
]
