"""One operational plan as it is read: what is done under each activity, what that costs, and the lines of its budget.

Cost lines say how a sum comes about, budget lines what is asked for. They are compared by activity and funding source, each
in its own currency: nothing is converted here.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import gettext as _

from budgets.models import BudgetLine, CostItem, OperationalAction
from budgets.responsible import responsibilities
from frameworks.formatting import format_money
from frameworks.models import Activity


@dataclass
class ActivityPart:
    """What one activity holds in an operational plan. responsibility: None where the institution is not named there."""

    activity: Activity
    responsibility: object = None
    is_scheduled: bool = True
    actions: list = field(default_factory=list)  # (OperationalAction, its CostItems)
    lines: list = field(default_factory=list)
    differences: list = field(default_factory=list)  # sentences

    @property
    def is_empty(self):
        return not self.actions and not self.lines

    @property
    def costs(self):
        """What the cost lines come to: [(currency, amount)]."""
        return by_currency(item for _action, items in self.actions for item in items)


@dataclass
class Content:
    """Everything in an operational plan. drafting: amounts are those that are being drafted, else those handed in."""

    parts: list
    drafting: bool

    @property
    def actions(self):
        return [action for part in self.parts for action, _items in part.actions]

    @property
    def items(self):
        return [item for part in self.parts for _action, items in part.actions for item in items]

    @property
    def lines(self):
        return [line for part in self.parts for line in part.lines]

    @property
    def without_plan(self):
        """Activities that the institution is responsible for this year, and for which it plans nothing yet."""
        return [part for part in self.parts if part.is_empty]

    @property
    def costs(self):
        return by_currency(self.items)

    @property
    def asked(self):
        """What the lines come to: [(currency, amount)]."""
        return by_currency(self.lines, self.amount_of)

    @property
    def by_source(self):
        """[(source or None, [(currency, amount)] of the cost lines, the same of the budget lines)], by name; None last."""
        items, lines = defaultdict(list), defaultdict(list)
        for item in self.items:
            items[item.funding_source].append(item)
        for line in self.lines:
            lines[line.funding_source].append(line)
        sources = sorted({*items, *lines}, key=lambda one: (one is None, str(one).lower()))
        return [(one, by_currency(items[one]), by_currency(lines[one], self.amount_of)) for one in sources]

    def amount_of(self, line):
        return line.drafted if self.drafting else line.proposed


def by_currency(rows, amount_of=lambda row: row.amount):
    """[(currency, sum)] of rows with a currency; None is left out. Money is never added across currencies."""
    found = {}
    for row in rows:
        amount = amount_of(row)
        if amount is not None:
            found[row.currency] = found.get(row.currency, Decimal(0)) + amount
    return sorted(found.items())


def load_content(operational_plan, *, is_own):
    """The Content of one operational plan, as its own institution reads it, or as all others do."""
    drafting = {operational_plan.pk} if is_own and operational_plan.is_editable else set()
    return load_contents([operational_plan], drafting=drafting, official=not is_own)[operational_plan.pk]


def load_contents(operational_plans, *, drafting, named=None, official=False):
    """operational plan id → Content, for any number of one plan and year; six queries, however much is in them.

    drafting: the ids of those whose drafted amounts are read. named: the Responsibilities of that year, where they are
    loaded already. official: only lines that were handed in or approved, as other institutions read them. Needs `plan` and
    `institution` loaded.
    """
    if not operational_plans:
        return {}
    if named is None:
        named = responsibilities(operational_plans[0].plan, operational_plans[0].year)
    parts = {one.pk: _asked_parts(one, named) for one in operational_plans}
    years = {one.pk: one.year for one in operational_plans}

    def part_of(row):
        activity, year = row.activity, years[row.operational_plan_id]
        scheduled = year in activity.years and activity.retired_on is None
        return parts[row.operational_plan_id].setdefault(
            activity.pk, ActivityPart(activity, is_scheduled=scheduled)
        )

    items = defaultdict(list)
    rows = CostItem.objects.filter(action__operational_plan__in=parts).select_related("funding_source")
    for item in rows.order_by("order", "pk"):
        items[item.action_id].append(item)
    actions = OperationalAction.objects.filter(operational_plan__in=parts).select_related("activity")
    for action in actions.order_by("activity__sort_key", "order", "pk"):
        part_of(action).actions.append((action, items[action.pk]))
    lines = BudgetLine.objects.official() if official else BudgetLine.objects.all()
    lines = lines.filter(operational_plan__in=parts).select_related("activity", "funding_source")
    for line in lines.order_by("activity__sort_key", "funding_source__name", "reference", "pk"):
        part_of(line).lines.append(line)
    found = {}
    for pk, some in parts.items():
        content = Content(sorted(some.values(), key=lambda part: part.activity.sort_key), pk in drafting)
        for part in content.parts:
            part.differences = _differences(part, content.amount_of)
        found[pk] = content
    return found


def _asked_parts(operational_plan, named):
    """activity id → an empty ActivityPart, of what the institution is responsible for on the pillar."""
    institution = operational_plan.institution.successor_id
    return {
        one.activity.pk: ActivityPart(one.activity, one)
        for one in named
        if one.institution.pk == institution and one.pillar_id == operational_plan.pillar_id
    }


# Cost lines beside budget lines


def _by_source(part):
    """funding source → (CostItems, BudgetLines) of those sources that cost lines name."""
    items, lines = defaultdict(list), defaultdict(list)
    for _action, some in part.actions:
        for item in some:
            if item.funding_source is not None:
                items[item.funding_source].append(item)
    for line in part.lines:
        lines[line.funding_source].append(line)
    return {source: (some, lines[source]) for source, some in items.items()}


def _differences(part, amount_of):
    """Where the lines ask for another sum than the cost lines come to, in words."""
    found = []
    for source, (items, lines) in _by_source(part).items():
        costs, asked = by_currency(items), by_currency(lines, amount_of)
        if costs == asked:
            continue
        words = {"source": source, "costs": sums(costs), "asked": sums(asked)}
        if not asked:
            found.append(
                _("%(source)s: the cost lines come to %(costs)s, no budget line proposes it.") % words
            )
        else:
            found.append(
                _("%(source)s: the cost lines come to %(costs)s, the budget lines propose %(asked)s.") % words
            )
    return found


def sums(amounts):
    """[(currency, amount)] in words: "USD 1,200 and EUR 300"."""
    return _(" and ").join(format_money(amount, currency) for currency, amount in amounts)


@dataclass(frozen=True, slots=True)
class LineStep:
    """What making budget lines from cost lines does to one of them: line None: a new one. Amounts in `currency`."""

    activity: Activity
    source: object
    currency: str
    old: Decimal | None
    new: Decimal
    line: BudgetLine | None = None


@dataclass
class LinesFromCosts:
    """What making budget lines from the cost lines would do. problems: sentences about what it leaves to people."""

    steps: list = field(default_factory=list)
    same: int = 0
    problems: list = field(default_factory=list)
    unfunded: list = field(default_factory=list)  # CostItems without a source

    @property
    def fingerprint(self):
        """A short text that differs as soon as it would do something else."""
        said = [
            (one.activity.pk, one.source.pk, one.currency, one.old, one.new, one.line and one.line.pk)
            for one in self.steps
        ]
        return sha256(repr(said).encode()).hexdigest()[:16]


def lines_from_costs(content):
    """The LinesFromCosts of a plan's Content while it is drafted."""
    found = LinesFromCosts(unfunded=[item for item in content.items if item.funding_source is None])
    for part in content.parts:
        for source, (items, lines) in _by_source(part).items():
            _compare(found, part.activity, source, by_currency(items), lines)
    return found


def _compare(found, activity, source, costs, lines):
    """Adds the step for one activity and source, or says why there is none."""
    words = {"activity": activity.code, "source": source, "costs": sums(costs)}
    currencies = {line.currency for line in lines}
    if len(costs) > 1 and not lines:
        found.problems.append(
            _(
                "%(activity)s, %(source)s: the cost lines are in several currencies (%(costs)s). "
                "Make a budget line for each by hand, with a reference of its own."
            )
            % words
        )
        return
    for currency, amount in costs:
        fitting = [line for line in lines if line.currency == currency]
        if len(fitting) == 1:
            if fitting[0].drafted == amount:
                found.same += 1
            else:
                found.steps.append(
                    LineStep(activity, source, currency, fitting[0].drafted, amount, fitting[0])
                )
        elif fitting:
            found.problems.append(
                _("%(activity)s, %(source)s: %(costs)s has to be shared between %(number)s lines by hand.")
                % (words | {"costs": format_money(amount, currency), "number": len(fitting)})
            )
        elif currencies:
            found.problems.append(
                _(
                    "%(activity)s, %(source)s: the cost lines come to %(costs)s, but the budget line is in %(others)s. "
                    "Give both the same currency."
                )
                % (words | {"costs": format_money(amount, currency), "others": ", ".join(sorted(currencies))})
            )
        elif source.retired_on or activity.retired_on:
            gone = source if source.retired_on else activity.code
            found.problems.append(
                _("%(activity)s, %(source)s: %(gone)s is retired, no new line is made for %(costs)s.")
                % (words | {"gone": gone})
            )
        else:
            found.steps.append(LineStep(activity, source, currency, None, amount))


# What is not finished


def unfinished(content):
    """What hands in more than it says, in words: warnings that a person may set aside, never a bar."""
    found = []
    undated = [action for action in content.actions if not action.months]
    if undated:
        found.append(
            _("Actions without months: %(names)s.") % {"names": "; ".join(one.title[:80] for one in undated)}
        )
    unfunded = [item for item in content.items if item.funding_source is None]
    if unfunded:
        found.append(
            _("Cost lines without a funding source (%(amount)s): %(names)s.")
            % {
                "amount": sums(by_currency(unfunded)),
                "names": "; ".join(one.description[:80] for one in unfunded),
            }
        )
    found += [f"{part.activity.code}: {words}" for part in content.parts for words in part.differences]
    if content.without_plan:
        found.append(
            _("Nothing is planned for %(codes)s, which your institution is responsible for this year.")
            % {"codes": ", ".join(part.activity.code for part in content.without_plan)}
        )
    return found


def fingerprint_of(sentences):
    return sha256("\n".join(sentences).encode()).hexdigest()[:16]
