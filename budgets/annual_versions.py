"""What became of an annual plan: its steps, what was agreed and taken back, and how two of its versions differ."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy

from budgets.annual import Amount
from budgets.models import Agreement, AnnualPlan, AnnualPlanLine, Decision
from budgets.rates import load_rates
from frameworks.history import people_of
from frameworks.models import StateChange
from frameworks.models.coordination import Side

#: action → (what was done, tone of the timeline).
DONE = {
    "draw": (gettext_lazy("drew it from the operational plans"), "neutral"),
    "agree": (gettext_lazy("agreed"), "ok"),
    "submit": (gettext_lazy("submitted it to the steering committee"), "info"),
    "approve": (gettext_lazy("recorded that it is approved"), "good"),
    "approve_with_changes": (gettext_lazy("recorded that it is approved with changes"), "good"),
    "return": (gettext_lazy("recorded that it is returned"), "warn"),
    "revise": (gettext_lazy("took it up to revise it"), "neutral"),
    "amend": (gettext_lazy("took it up again"), "warn"),
}


@dataclass(frozen=True, slots=True)
class Step:
    change: StateChange
    done: str
    tone: str


def timeline(annual_plan):
    """The steps of an annual plan, newest first."""
    changes = StateChange.objects.filter(
        subject_type=ContentType.objects.get_for_model(AnnualPlan), subject_id=annual_plan.pk
    ).select_related("by")
    return [
        Step(change, *(str(one) for one in DONE.get(change.action, (change.to_state, "neutral"))))
        for change in changes.order_by("-at", "-pk")
    ]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An agreement that no longer holds, because the version holds something else since."""

    side: str
    who: str
    agreed_at: object
    taken_back_at: object
    by: str


def taken_back(annual_plan):
    """The agreements to the present version that were taken back, newest first."""
    model = Agreement.pgh_event_model
    rows = list(
        model.objects.filter(
            annual_plan=annual_plan.pk, version=annual_plan.version, pgh_label="delete"
        )
        .select_related("pgh_context", "by")
        .order_by("-pgh_id")
    )  # fmt: skip
    people = people_of(rows)
    return [
        TakenBack(
            Side(one.side).label,
            str(one.by),
            one.at,
            one.pgh_created_at,
            people.get(one.pgh_context.metadata.get("user")) if one.pgh_context else "",
        )
        for one in rows
    ]


@dataclass
class Version:
    """One version of an annual plan: what was agreed, submitted and decided of it."""

    number: int
    agreements: list
    decision: Decision | None
    asked: Amount
    decided: Amount
    lines: int = 0


def versions_of(annual_plan):
    """All Versions, newest first; a fixed number of queries."""
    rates = load_rates(annual_plan.plan)
    agreements = defaultdict(list)
    for one in Agreement.objects.filter(annual_plan=annual_plan).select_related("by").order_by("at", "pk"):
        agreements[one.version].append(one)
    decisions = {one.version: one for one in Decision.objects.filter(annual_plan=annual_plan)}
    currency = annual_plan.plan.currency
    found = {
        number: Version(number, agreements[number], decisions.get(number), Amount(currency), Amount(currency))
        for number in range(annual_plan.version, 0, -1)
    }
    rows = AnnualPlanLine.objects.filter(annual_plan=annual_plan, is_left_out=False)
    for version, asked, decided, money in rows.order_by().values_list(
        "version", "asked", "decided", "currency"
    ):
        one = found[version]
        one.lines += 1
        one.asked.add(asked, money, rates.convert(asked, money, annual_plan.year))
        one.decided.add(decided, money, rates.convert(decided, money, annual_plan.year))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Compared:
    """One budget line in two versions; None where a version does not hold it (or leaves it out)."""

    budget_line: object
    old: AnnualPlanLine | None
    new: AnnualPlanLine | None

    @property
    def kind(self):
        """ "new", "gone", "changed" or "same"."""
        if not self.is_in(self.old):
            return "new"
        if not self.is_in(self.new):
            return "gone"
        same = (self.old.asked, self.old.currency) == (self.new.asked, self.new.currency)
        return "same" if same else "changed"

    @staticmethod
    def is_in(row):
        return row is not None and not row.is_left_out

    @property
    def old_amount(self):
        """What counted in the older version: what was decided, else what was asked. None where it was not in it."""
        return _amount(self.old)

    @property
    def difference(self):
        """By how much more is asked than what counted before (Decimal); None across currencies and where one is missing."""
        if not (self.is_in(self.old) and self.is_in(self.new)) or self.old.currency != self.new.currency:
            return None
        return self.new.asked - self.old_amount


def _amount(row) -> Decimal | None:
    if row is None or row.is_left_out:
        return None
    return row.asked if row.decided is None else row.decided


def compare(annual_plan, old, new):
    """Compareds of two versions, by activity and institution; what neither of them asks for is left out. One query."""
    rows = (
        AnnualPlanLine.objects.filter(annual_plan=annual_plan, version__in=[old, new])
        .select_related(
            "budget_line__operational_plan__institution",
            "budget_line__activity",
            "budget_line__funding_source",
        )
        .order_by("budget_line__activity__sort_key", "budget_line__operational_plan__institution__acronym", "budget_line", "version")
    )  # fmt: skip
    pairs = defaultdict(dict)
    for row in rows:
        pairs[row.budget_line_id][row.version] = row
    found = [
        Compared(next(iter(pair.values())).budget_line, pair.get(old), pair.get(new))
        for pair in pairs.values()
    ]
    return [one for one in found if one.is_in(one.old) or one.is_in(one.new)]
