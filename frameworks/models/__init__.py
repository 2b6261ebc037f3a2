"""What was promised, by whom. Models import nothing upward (DESIGN.md)."""

from frameworks.models.coordination import Seat, WorkingGroup
from frameworks.models.history import StateChange
from frameworks.models.indicator import Category, Dimension, Indicator, Target
from frameworks.models.people import ApiToken, Institution, InstitutionAlias, Membership, Role, User
from frameworks.models.place import Place
from frameworks.models.plan import Activity, Goal, Lead, Output, Pillar, Plan
from frameworks.models.round import ReportingRound
from frameworks.models.upload import FrameworkImport

__all__ = [
    "Activity",
    "ApiToken",
    "Category",
    "Dimension",
    "FrameworkImport",
    "Goal",
    "Indicator",
    "Institution",
    "InstitutionAlias",
    "Lead",
    "Membership",
    "Output",
    "Pillar",
    "Place",
    "Plan",
    "ReportingRound",
    "Role",
    "Seat",
    "StateChange",
    "Target",
    "User",
    "WorkingGroup",
]
