"""Drawing an annual plan from the operational plans: what it holds, and what has changed below it since.

It holds the budget lines of the operational plans that institutions have handed in for its pillar and year, at the amounts
they propose. Nobody changes those amounts here: an institution does, in its operational plan, and the annual plan is drawn
anew. Everything is done to many annual plans at once, in a fixed number of queries.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F

from budgets.models import Agreement, AnnualPlanLine, BudgetLine, OperationalPlan, OperationalState
from budgets.telling import tell_of_taking_back

_BESIDE = (
    "budget_line__operational_plan__institution__merged_into",
    "budget_line__activity",
    "budget_line__funding_source",
)


def present_rows(annual_plans):
    """The AnnualPlanLines of the present versions, in the order in which they are read."""
    return (
        AnnualPlanLine.objects.filter(
            annual_plan__in=[one.pk for one in annual_plans], version=F("annual_plan__version")
        )
        .select_related(*_BESIDE)
        .order_by("budget_line__activity__sort_key", *_by_institution("budget_line__"), "budget_line")
    )


def handed_in_lines(annual_plans):
    """The budget lines that those annual plans would hold if they were drawn now; of other years and pillars, too."""
    return (
        BudgetLine.objects.filter(
            operational_plan__pillar__in={one.pillar_id for one in annual_plans},
            operational_plan__year__in={one.year for one in annual_plans},
            operational_plan__state=OperationalState.SUBMITTED,
            proposed__isnull=False,
        )
        .select_related("operational_plan__institution__merged_into", "activity", "funding_source")
        .order_by("activity__sort_key", *_by_institution(), "pk")
    )


def _by_institution(prefix=""):
    institution = f"{prefix}operational_plan__institution"
    return f"{institution}__acronym", f"{institution}__name"


@dataclass
class Drift:
    """What drawing an annual plan anew would change.

    added: BudgetLines that it does not hold. changed: its rows whose line proposes another amount or currency by now
    (row.budget_line.proposed). gone: its rows whose line was taken out, or whose operational plan is with its institution.
    """

    added: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    gone: list = field(default_factory=list)

    def __len__(self):
        return len(self.added) + len(self.changed) + len(self.gone)


def drifts_of(annual_plans):
    """annual plan id → its Drift. Two queries."""
    found = {one.pk: Drift() for one in annual_plans}
    rows = defaultdict(dict)
    for row in present_rows(annual_plans):
        rows[row.annual_plan_id][row.budget_line_id] = row
    lines = defaultdict(dict)
    for line in handed_in_lines(annual_plans):
        lines[line.operational_plan.pillar_id, line.operational_plan.year][line.pk] = line
    for one in annual_plans:
        there, wanted, drift = rows[one.pk], lines[one.pillar_id, one.year], found[one.pk]
        drift.added = [line for pk, line in wanted.items() if pk not in there]
        drift.gone = [row for pk, row in there.items() if pk not in wanted]
        drift.changed = [
            row
            for pk, row in there.items()
            if pk in wanted and (row.asked, row.currency) != (wanted[pk].proposed, wanted[pk].currency)
        ]
    return found


def hold_operational_plans(annual_plans):
    """Lets no institution take back what these are drawn from until the transaction ends, and waits for who just does."""
    rows = OperationalPlan.objects.select_for_update(of=("self",), no_key=True).filter(
        pillar__in={one.pillar_id for one in annual_plans}, year__in={one.year for one in annual_plans}
    )
    list(rows.order_by("pk").values_list("pk", flat=True))


def draw(annual_plans, *, by, at):
    """Makes the present versions hold what is handed in now. What was left out stays left out, with its note.

    Where that changes anything, what was agreed of this version is taken back. Returns the ids of those that it changed.
    """
    drifts = drifts_of(annual_plans)
    added, changed, gone = [], [], []
    for one in annual_plans:
        drift = drifts[one.pk]
        added += [
            AnnualPlanLine(
                annual_plan=one, version=one.version, budget_line=line, asked=line.proposed, currency=line.currency
            )
            for line in drift.added
        ]  # fmt: skip
        for row in drift.changed:
            row.asked, row.currency = row.budget_line.proposed, row.budget_line.currency
        changed += drift.changed
        gone += [row.pk for row in drift.gone]
    AnnualPlanLine.objects.filter(pk__in=gone).delete()
    AnnualPlanLine.objects.bulk_update(changed, ["asked", "currency"], batch_size=1000)
    AnnualPlanLine.objects.bulk_create(added, batch_size=1000)
    touched = [one for one in annual_plans if len(drifts[one.pk])]
    take_back_agreements(touched, by=by, at=at)
    return {one.pk for one in touched}


def take_back_agreements(annual_plans, *, by, at):
    """What was agreed of the present versions no longer holds: they hold something else now. The history keeps it.

    Who had agreed is told. Three queries and those of the mail.
    """
    agreements = list(
        Agreement.objects.filter(
            annual_plan__in=[one.pk for one in annual_plans], version=F("annual_plan__version")
        ).select_related("by", "annual_plan__pillar")
    )
    if agreements:
        Agreement.objects.filter(pk__in=[one.pk for one in agreements]).delete()
        tell_of_taking_back(agreements, by=by, at=at)


def carry_on(annual_plans):
    """The new version of each begins with what the one before it held, undecided. Two queries."""
    rows = AnnualPlanLine.objects.filter(
        annual_plan__in=[one.pk for one in annual_plans], version=F("annual_plan__version") - 1
    ).select_related("annual_plan")
    AnnualPlanLine.objects.bulk_create(
        [
            AnnualPlanLine(
                annual_plan=row.annual_plan,
                version=row.version + 1,
                budget_line_id=row.budget_line_id,
                asked=row.asked,
                currency=row.currency,
                is_left_out=row.is_left_out,
                # The working group's reason stays; what the committee wrote belongs to its decision.
                note=row.note if row.is_left_out else "",
            )
            for row in rows
        ],
        batch_size=1000,
    )


def no_longer_asked(annual_plans):
    """The BudgetLines that were approved in an earlier version and are no longer asked for in the present one.

    annual plan id → them. Approving the present version approves nothing for them any more (`put_into_force`). Two queries.
    """
    ids = [one.pk for one in annual_plans]
    asked = set(
        AnnualPlanLine.objects.filter(
            annual_plan__in=ids, version=F("annual_plan__version"), is_left_out=False
        ).values_list("annual_plan", "budget_line")
    )
    earlier = (
        AnnualPlanLine.objects.filter(
            annual_plan__in=ids,
            version__lt=F("annual_plan__version"),
            decided__isnull=False,
            budget_line__approved__gt=0,
        )
        .select_related(*_BESIDE)
        .order_by("budget_line__activity__sort_key", "budget_line")
    )
    found = {one: {} for one in ids}
    for row in earlier:
        if (row.annual_plan_id, row.budget_line_id) not in asked:
            found[row.annual_plan_id][row.budget_line_id] = row.budget_line
    return {pk: list(lines.values()) for pk, lines in found.items()}


def put_into_force(annual_plans):
    """The decided amounts of the present versions are the approved ones of their budget lines from now on.

    Of a line that was approved earlier and is no longer asked for nothing is approved any more: 0, said by this decision, so
    that what was already spent of it goes on being counted. Lines that were left out and never approved stay as they were.
    """
    lines = []
    for row in present_rows(annual_plans):
        if not row.is_left_out:
            row.budget_line.approved = row.decided
            lines.append(row.budget_line)
    for dropped in no_longer_asked(annual_plans).values():
        for line in dropped:
            line.approved = Decimal(0)
            lines.append(line)
    BudgetLine.objects.bulk_update(lines, ["approved"], batch_size=1000)
