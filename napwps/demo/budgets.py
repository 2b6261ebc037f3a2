"""Plays the budgets: operational plans handed in, annual plans agreed and decided on, and the books of the ministries.

Steps of the one door are taken by the person whose step it is, at its historic moment. Three years are through; the year to
come stands where it makes something to do: before the committee, half agreed, returned, not begun.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pghistory

from budgets.drawing import present_rows
from budgets.models import (
    BudgetLine,
    CostItem,
    DecisionOutcome,
    OperationalAction,
    OperationalPlan,
)
from budgets.operations.annual import begin_annual_plan, edit_annual_plan
from budgets.operations.deciding import decide
from frameworks.models import Activity
from frameworks.workflow import transition, transition_all
from napwps.demo.files import number, rows, tables
from napwps.demo.people import CSO, GOVERNMENT
from napwps.demo.schedule import ADOPTED_ON, LAST_YEAR, at_clock

NEXT = "next"
STEERING = "steering"
#: Operational plans of the year to come that are not handed in: (institution, pillar) → why returned, "" for a draft.
NOT_HANDED_IN = {
    ("MAE", "P1"): "Please cost the courses per municipality, and say which of them SEI's trainers hold.",
    ("MJ", "P2"): "",
    ("JSMP", "P2"): "",
    ("BELUN", "P2"): "",
    ("MJDAC", "P4"): "",
    ("MD", "P4"): "",
}
PRIORITIES = {
    "P1": "Women candidates outside Díli come first this year: the suco elections are near.",
    "P2": "Early warning reaches every suco; the analysis asks who is threatened, and how.",
    "P3": "Shelters stay open all year, and survivors reach a lawyer and a nurse on the same day.",
    "P4": "Land titles name the wife as well; women veterans are heard where they live.",
}
CUT = "The committee approved less than was asked: the ceiling of the state budget is lower this year."
SENT_BACK = (
    "The committee asks how the running costs of the shelters are paid from the second half of the year on. Please name "
    "the source for each of them."
)


class Budgets:
    """Tells the budget of one year after the other. Seats must be filled, and everybody who has a task still hold theirs."""

    def __init__(self, *, plan, people, pillars, institutions, sources):
        self.plan, self.people, self.pillars = plan, people, pillars
        self.institutions, self.sources = institutions, sources
        self.codes = {one.pk: code for code, one in institutions.items()}
        self.activities = {
            one.code: one for one in Activity.objects.filter(plan=plan).select_related("output__goal")
        }
        self.pillar_codes = {pillar.pk: code for code, pillar in pillars.items()}
        self.lines = defaultdict(list)
        for row in rows("budget_lines.csv"):
            self.lines[row["round"]].append(row)
        self.actions = tables("operational.toml")["action"]

    def tell(self, position, year, *, until):
        """The budget of a year. `until`: for the year to come, the day on which it stands as it stands now."""
        handed_in, decided_on = _days(year)
        if position == NEXT:
            handed_in, decided_on = until - timedelta(days=24), None
        plans = self._draft(position, year)
        self._hand_in(plans, handed_in, all_of_them=position != NEXT)
        for code, pillar in self.pillars.items():
            if position != NEXT:
                self._decide(position, year, pillar, code, handed_in, decided_on)
        if position == NEXT:
            self._plan_ahead(year, handed_in)
        else:
            self._keep_books(position, year)

    # Operational plans

    def _draft(self, position, year):
        """(institution, pillar) codes → OperationalPlan with its actions, cost lines and budget lines."""
        wanted = self.lines[position]
        keys = dict.fromkeys((row["institution"], self._pillar_of(row["activity"])) for row in wanted)
        with pghistory.context(action="demo"):
            made = OperationalPlan.objects.bulk_create(
                OperationalPlan(
                    plan=self.plan,
                    institution=self.institutions[institution],
                    pillar=self.pillars[pillar],
                    year=year,
                )
                for institution, pillar in keys
            )
            plans = dict(zip(keys, made, strict=True))
            BudgetLine.objects.bulk_create(self._line(row, plans) for row in wanted)
            self._add_actions(position, plans)
        return plans

    def _pillar_of(self, activity):
        return self.pillar_codes[self.activities[activity].output.goal.pillar_id]

    def _line(self, row, plans):
        return BudgetLine(
            operational_plan=plans[row["institution"], self._pillar_of(row["activity"])],
            activity=self.activities[row["activity"]],
            funding_source=self.sources[row["source"]],
            reference=row["reference"],
            description=row["description"],
            currency=row["currency"],
            drafted=number(row["proposed"]),
            gender_tag=row["gender"],
        )

    def _add_actions(self, position, plans):
        told = [one for one in self.actions if position in one["rounds"]]
        made = OperationalAction.objects.bulk_create(
            OperationalAction(
                operational_plan=plans[one["institution"], self._pillar_of(one["activity"])],
                activity=self.activities[one["activity"]],
                order=order,
                title=one["title"],
                unit_responsible=one["unit"],
                months=one["months"],
                inputs=one["inputs"],
            )
            for order, one in enumerate(told)
        )
        CostItem.objects.bulk_create(
            CostItem(
                action=action,
                order=order,
                description=what,
                unit=unit,
                quantity=Decimal(quantity),
                unit_cost=Decimal(unit_cost),
                currency=self.plan.currency,
                funding_source=self.sources.get(source),
            )
            for action, one in zip(made, told, strict=True)
            for order, (what, unit, quantity, unit_cost, source) in enumerate(one["items"])
        )

    def _hand_in(self, plans, day, *, all_of_them):
        """Each institution hands in its own, all its pillars at once."""
        of_institution = defaultdict(list)
        for (institution, pillar), plan in plans.items():
            kept = NOT_HANDED_IN.get((institution, pillar))
            if all_of_them or kept is None or kept:
                of_institution[institution].append(plan)
        for order, (institution, theirs) in enumerate(of_institution.items()):
            at = moment(day + timedelta(days=order % 4), 9 + order % 7, 11 * order % 60)
            transition_all(subjects=theirs, action="submit", by=self.people.focal(institution), at=at)
        if all_of_them:
            return
        for (institution, pillar), why in NOT_HANDED_IN.items():
            if why:
                transition(
                    subject=plans[institution, pillar],
                    action="return",
                    by=self.people.co_lead(GOVERNMENT, pillar),
                    at=moment(day + timedelta(days=6), 14),
                    comment=why,
                )

    # Annual plans

    def _draw(self, year, pillar, code, day):
        leader = self.people.co_lead(GOVERNMENT, code)
        at = moment(day, 9, 10)
        annual_plan = begin_annual_plan(plan=self.plan, pillar=pillar, year=year, by=leader, at=at)
        edit_annual_plan(
            annual_plan=annual_plan,
            priorities=PRIORITIES[code],
            left_out={},
            by=leader,
            at=moment(day, 9, 30),
        )
        return annual_plan

    def _agree(self, annual_plan, code, day, sides=(CSO, GOVERNMENT)):
        for hour, side in enumerate(sides, start=10):
            annual_plan = transition(
                subject=annual_plan,
                action="agree",
                by=self.people.co_lead(side, code),
                at=moment(day, hour, 20),
            )
        return annual_plan

    def _submit(self, year, pillar, code, day):
        annual_plan = self._agree(self._draw(year, pillar, code, day), code, day)
        return transition(
            subject=annual_plan,
            action="submit",
            by=self.people.co_lead(GOVERNMENT, code),
            at=moment(day + timedelta(days=1), 9, 30),
        )

    def _decide(self, position, year, pillar, code, handed_in, decided_on):
        annual_plan = self._submit(year, pillar, code, handed_in + timedelta(days=14))
        approved = {
            (row["institution"], row["activity"], row["source"]): number(row["approved"])
            for row in self.lines[position]
        }
        amounts, outcome = {}, DecisionOutcome.APPROVED
        for row in present_rows([annual_plan]):
            line = row.budget_line
            institution = self.codes[line.operational_plan.institution_id]
            amount = approved[institution, line.activity.code, line.funding_source.code]
            amounts[row.pk] = amount, "" if amount == row.asked else CUT
            if amount != row.asked:
                outcome = DecisionOutcome.APPROVED_WITH_CHANGES
        note = CUT if outcome == DecisionOutcome.APPROVED_WITH_CHANGES else ""
        self._record(annual_plan, outcome, decided_on, note=note, amounts=amounts)

    def _record(self, annual_plan, outcome, day, *, note, amounts=None):
        at = moment(day, 16)
        decide(
            annual_plan=annual_plan,
            outcome=outcome,
            decided_on=at.date(),
            reference=f"Illustrative: SC/{at.year}/{annual_plan.pillar.code}",
            decided_by="Illustrative: meeting of the steering committee, chaired by a senior official of MOI",
            note=note,
            amounts=amounts,
            by=self.people[STEERING],
            at=at,
        )

    def _plan_ahead(self, year, handed_in):
        """Participation waits for the committee, Prevention for one side; Protection was returned; Peacebuilding is not drawn."""
        self._submit(year, self.pillars["P1"], "P1", handed_in + timedelta(days=12))
        half = self._draw(year, self.pillars["P2"], "P2", handed_in + timedelta(days=15))
        self._agree(half, "P2", handed_in + timedelta(days=15), sides=(CSO,))
        protection = self._submit(year, self.pillars["P3"], "P3", handed_in + timedelta(days=10))
        self._record(
            protection,
            DecisionOutcome.RETURNED,
            handed_in + timedelta(days=18),
            note=SENT_BACK,
        )

    # Books

    def _keep_books(self, position, year):
        """What the ministries were given, and what their books say was paid from each line."""
        told = {(row["institution"], row["activity"], row["source"]): row for row in self.lines[position]}
        lines = list(
            BudgetLine.objects.filter(
                operational_plan__plan=self.plan, operational_plan__year=year
            ).select_related("operational_plan", "activity", "funding_source")
        )
        for line in lines:
            row = told[
                self.codes[line.operational_plan.institution_id], line.activity.code, line.funding_source.code
            ]
            line.released, line.spent = number(row["released"]), number(row["spent"])
        with pghistory.context(action="demo"):
            BudgetLine.objects.bulk_update(lines, ["released", "spent"])


def moment(day, hour, minute=0):
    """That time on `day`, or on the Friday before where that is a weekend."""
    return at_clock(day - timedelta(days=max(0, day.weekday() - 4)), hour, minute)


def _days(year):
    """(handed in, decided) for a year's budget: in the autumn before; in the plan's first year after its adoption."""
    if year == ADOPTED_ON.year:
        return date(year, 2, 12), date(year, 3, 20)
    return date(year - 1, 10, 14), date(year - 1, 12, 10)


def tell_past_budgets(budgets, schedule):
    """The years of the rounds, the running one too. Before anybody leaves a seat."""
    for dates in schedule:
        budgets.tell(dates.position, dates.year, until=None)


def tell_next_budget(budgets, year, anchor):
    """The year that is being planned on the day `anchor`; none after the plan's last."""
    if year <= LAST_YEAR:
        budgets.tell(NEXT, year, until=anchor)
