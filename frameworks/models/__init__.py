"""What was promised, by whom. Models import nothing upward (DESIGN.md)."""

from frameworks.models.context import (
    ActivityTheme,
    Assumption,
    AssumptionCheck,
    PlanTheme,
    Theme,
)
from frameworks.models.coordination import Seat, TermsOfReference, WorkingGroup
from frameworks.models.crosswalk import ExternalFramework, Provision, ProvisionLink
from frameworks.models.history import StateChange
from frameworks.models.indicator import Category, CategoryTarget, Dimension, Indicator, Target
from frameworks.models.mail import Notice, OutgoingMail
from frameworks.models.people import ApiToken, Institution, InstitutionAlias, Membership, Role, User
from frameworks.models.place import Place
from frameworks.models.plan import Activity, Goal, Lead, Output, Pillar, Plan
from frameworks.models.round import ReportingRound, RoundException, RoundGroup, RoundGroupMember
from frameworks.models.upload import FrameworkImport

__all__ = [
    "Activity",
    "ActivityTheme",
    "ApiToken",
    "Assumption",
    "AssumptionCheck",
    "Category",
    "CategoryTarget",
    "Dimension",
    "ExternalFramework",
    "FrameworkImport",
    "Goal",
    "Indicator",
    "Institution",
    "InstitutionAlias",
    "Lead",
    "Membership",
    "Notice",
    "OutgoingMail",
    "Output",
    "Pillar",
    "Place",
    "Plan",
    "PlanTheme",
    "Provision",
    "ProvisionLink",
    "ReportingRound",
    "Role",
    "RoundException",
    "RoundGroup",
    "RoundGroupMember",
    "Seat",
    "StateChange",
    "Target",
    "TermsOfReference",
    "Theme",
    "User",
    "WorkingGroup",
]
