"""Short ways to what the demo holds."""

from budgets.models import Costing, Expenditure
from frameworks.models import (
    Activity,
    ActivityTheme,
    Assumption,
    AssumptionCheck,
    Indicator,
    Institution,
    InstitutionAlias,
    Lead,
    Membership,
    Notice,
    OutgoingMail,
    Place,
    Plan,
    PlanTheme,
    Provision,
    ProvisionLink,
    ReportingRound,
    StateChange,
    Target,
    User,
)
from frameworks.models import Seat as SeatModel
from monitoring.models import (
    ActivityProgress,
    CourseCorrection,
    IndicatorResult,
    IndicatorValue,
    SignOff,
    Submission,
)
from napwps.demo import plans


def plan():
    return Plan.objects.get(code=plans.PLAN)


def result(code, year):
    """The combined figure of an indicator in a round."""
    return IndicatorResult.objects.totals().get(indicator__code=code, round__label=str(year))


def submission(institution, pillar, year, lead=None):
    """An institution's own report, or its part of what `lead` answers for."""
    return Submission.objects.get(
        institution__code=institution, pillar__code=pillar, round__label=str(year), accountable__code=lead
    )


#: What the demo consists of, without ids and without the moments at which the database wrote it.
_OF_SUBMISSION = ("submission__round__label", "submission__institution__code", "submission__pillar__code")
_CELL = ("indicator__code", "category__code", "place__code")
_CONTENTS = (
    (Plan, ("code", "title", "status", "predecessor__code", "parent__code", "adopted_on", "is_public")),
    (Institution, ("code", "name", "kind", "parent__code", "members__code")),
    (InstitutionAlias, ("institution__code", "name")),
    (Place, ("code", "name", "kind", "population")),
    (User, ("email", "display_name", "post", "date_joined")),
    (SeatModel, ("role", "institution__code", "working_group__pillar__code", "title", "order")),
    (Membership, ("seat__role", "user__email", "starts_on", "ends_on")),
    (Activity, ("code", "title", "years", "output__title", "output__goal__title", "continues__code")),
    (Lead, ("activity__code", "institution__code", "role", "is_accountable")),
    (
        Indicator,
        (
            "code", "statement", "definition", "type", "direction", "baseline_value", "baseline_numerator",
            "baseline_denominator", "baseline_source", "is_illustrative", "responsible__code",
        ),
    ),
    (Target, ("indicator__code", "period_end", "value", "numerator", "denominator", "is_endline")),
    (Assumption, ("plan__code", "text", "order", "retired_on")),
    (
        AssumptionCheck,
        ("assumption__text", "year", "answer", "note", "answered_by__email", "answered_at"),
    ),
    (PlanTheme, ("plan__code", "theme__code", "theme__name")),
    (ActivityTheme, ("activity__code", "theme__code")),
    (Notice, ("kind", "user__email", "subject", "line", "created_at", "dropped_at")),
    (OutgoingMail, ("user__email", "subject", "created_at", "sent_at")),
    (Costing, ("activity__code", "year", "amount", "assumptions")),
    (Provision, ("framework__code", "framework__name", "framework__year", "code", "title")),
    (
        ProvisionLink,
        (
            "plan__code", "provision__framework__code", "provision__code", "goal__code", "output__code",
            "activity__code", "indicator__code", "is_primary",
        ),
    ),
    (ReportingRound, ("label", "opens_on", "due_on", "closes_on", "opened_at", "closed_at", "published_at")),
    (
        Submission,
        (
            "round__label", "institution__code", "pillar__code", "accountable__code", "contributed_at", "state", "cycle", "officer_post", "submitted_at",
            "first_submitted_at", "accepted_at", "endorsed_at", "return_note",
        ),
    ),
    (ActivityProgress, (*_OF_SUBMISSION, "activity__code", "status", "narrative", "collaboration", "saved_at", "saved_by__email")),
    (
        CourseCorrection,
        ("progress__activity__code", "progress__submission__round__label", "cause", "measure", "owner", "due_on", "is_done"),
    ),
    (
        Expenditure,
        ("activity__code", "institution__code", "round__label", "amount", "currency", "no_data_reason", "frozen_at"),
    ),
    (
        IndicatorValue,
        (*_OF_SUBMISSION, *_CELL, "numerator", "denominator", "value", "text", "no_data_reason", "comment"),
    ),
    (SignOff, (*_OF_SUBMISSION, "cycle", "side", "verdict", "statement", "by__email", "at")),
    (StateChange, ("at", "action", "from_state", "to_state", "by__email", "comment")),
    (
        IndicatorResult,
        (
            "round__label", *_CELL, "numerator", "denominator", "value", "measured", "running", "status",
            "provenance", "has_dissent", "target", "target_fixed_at", "achievement", "is_suppressed", "updated_at",
        ),
    ),
)  # fmt: skip


def contents():
    """{model's name: sorted rows} of everything that the demo consists of."""
    return {
        model.__name__: sorted(map(repr, model.objects.order_by().values_list(*fields)))
        for model, fields in _CONTENTS
    }
