"""Loads money beside results for one round of a plan: pillar → output → activity, and what somebody should look at.

A fixed number of queries, whatever the size of the plan. Amounts are those of `budgets.totals`, in the years of the round.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q

from budgets.counted import Measure, handed_in_spending, readable_lines, readable_spending
from budgets.execution import execution_of
from budgets.models import BudgetRules
from budgets.rules import rules_of
from budgets.totals import Amounts, Totals, load_totals
from frameworks.models import Activity, Institution, Lead, Pillar, ReportingRound
from frameworks.models.indicator import SHARE_TYPES, RoundAggregation
from monitoring.models import ActivityProgress, IndicatorResult, Submission
from monitoring.models.result import Performance
from monitoring.models.submission import OFFICIAL_STATES, REVIEWABLE_STATES, ActivityStatus, SubmissionState
from monitoring.money import Facts, IndicatorFact, MoneyFinding, Share, findings_of, money_words, movement_of
from monitoring.progress import count_by_status

MEASURES = (Measure.COSTED, Measure.APPROVED, Measure.SPENT)


@dataclass
class ActivityLine:
    """One activity. amounts: budgets.totals.Amounts. execution: None where a rate is missing, so that it cannot be told.

    status and state: what the accountable lead reported, and how far that has come; both None where the reader may not know
    or nothing is handed in. counts: (Performance, number) of its indicators, or with `of_output` of its output's own.
    """

    activity: Activity
    amounts: Amounts
    execution: object
    facts: Facts
    status: ActivityStatus | None = None
    state: SubmissionState | None = None
    counts: list = field(default_factory=list)
    of_output: bool = False
    lacks_rate: bool = False
    findings: tuple = ()

    @property
    def without_words(self):
        """What is 0 and what nobody said, where neither an approved amount nor spending is known."""
        return money_words(self.facts)

    @property
    def moves(self):
        """The Movements of its indicators that are known, each with how many."""
        found = defaultdict(int)
        for one in self.facts.judged:
            if one.tells:
                found[one.movement] += 1
        return sorted(found.items(), key=lambda pair: list(type(pair[0])).index(pair[0]))


@dataclass
class OutputBlock:
    output: object
    amounts: Amounts
    execution: object
    counts: list
    lines: list


@dataclass
class PillarBlock:
    pillar: Pillar
    amounts: Amounts
    execution: object
    counts: list
    outputs: list


@dataclass
class MoneyAndResults:
    """The whole page. lists: MoneyFinding → ActivityLines. previous: the round that figures are compared with, or None."""

    totals: Totals
    rules: BudgetRules
    previous: ReportingRound | None
    pillars: list
    lists: dict

    @property
    def lines(self):
        return [line for pillar in self.pillars for output in pillar.outputs for line in output.lines]


def load_money_and_results(*, plan, user, round, pillar=None, institution=None):
    """The MoneyAndResults of a round as `user`, who reads budgets from inside, may read it.

    pillar, institution: rows to narrow it down to. With an institution the amounts are its own, and costings, which know no
    institution, are left out; its activities are those that it leads or has money for.
    """
    years = list(round.years)
    only = {"year": years}
    if pillar:
        only["pillar"] = [pillar.pk]
    if institution:
        only["institution"] = [institution.pk]
    totals = load_totals(
        plan, user, by=("pillar", "output", "activity", "institution"), only=only, measures=MEASURES
    )
    rules = rules_of(plan)
    by_activity = totals.along("activity")
    activities = _activities(plan, years, pillar, institution, {key[0] for key in by_activity} - {None})
    previous = _previous(round)
    own, above = _indicator_facts(plan, round, previous, pillar)
    told = _told(plan, user, round, activities)
    shares = _shares(totals, round, rules.absorbed_from)
    lacking = {activity for activity, _institution in without_rate(plan, user, totals.missing)}
    lines = [
        _line(
            activity,
            amounts=by_activity.get((activity.pk,)) or Amounts(),
            rules=rules,
            own=own.get(activity.pk, ()),
            above=above.get(activity.output_id, ()),
            told=told.get(activity.pk),
            shares=shares.get(activity.pk, ()),
            years=years,
            lacks_rate=activity.pk in lacking,
        )
        for activity in activities
    ]
    counts = _rollup(own, above, activities)
    return MoneyAndResults(
        totals=totals,
        rules=rules,
        previous=previous,
        pillars=_blocks(plan, pillar, lines, totals, rules, counts),
        lists={one: [line for line in lines if one in line.findings] for one in MoneyFinding},
    )


def _activities(plan, years, pillar, institution, with_money):
    """In the order of the plan: those in use that are planned for these years, and all that have money."""
    rows = Activity.objects.filter(plan=plan)
    if pillar:
        rows = rows.filter(output__goal__pillar=pillar)
    planned = Q(retired_on__isnull=True, years__overlap=years)
    if institution:
        planned &= Q(pk__in=Lead.objects.filter(institution=institution).values("activity"))
    leads = Lead.objects.select_related("institution").order_by("order", "pk")
    return list(
        rows.filter(planned | Q(pk__in=with_money))
        .select_related("output__goal__pillar")
        .prefetch_related(Prefetch("leads", leads))
        .order_by("output__goal__pillar__order", "output__goal__pillar__code", "output__sort_key", "sort_key")
    )


def _previous(round):
    return (
        ReportingRound.objects.filter(
            plan=round.plan_id, periodicity=round.periodicity, period_end__lt=round.period_end
        )
        .opened()
        .order_by("-period_end")
        .first()
    )


def _indicator_facts(plan, round, previous, pillar):
    """(activity id → IndicatorFacts of its indicators, output id → of the output's own). One query for both rounds."""
    wanted = [round, previous] if previous else [round]
    rows = IndicatorResult.objects.totals().filter(
        round__in=wanted, indicator__plan=plan, indicator__retired_on__isnull=True
    )
    if pillar:
        rows = rows.filter(indicator__pillar=pillar)
    now, before = {}, {}
    for row in rows.select_related("indicator").order_by("indicator__sort_key"):
        (now if row.round_id == round.pk else before)[row.indicator_id] = row
    own, above = defaultdict(list), defaultdict(list)
    for pk, row in now.items():
        fact = IndicatorFact(
            Performance(row.status),
            movement_of(
                direction=row.indicator.direction,
                now=_compared(row),
                before=_compared(before[pk]) if pk in before else None,
            ),
        )
        if row.indicator.activity_id:
            own[row.indicator.activity_id].append(fact)
        elif row.indicator.output_id:
            above[row.indicator.output_id].append(fact)
    return own, above


def _compared(row):
    """What is compared between rounds: of figures that add up over the rounds the sum, else the figure."""
    adds_up = row.indicator.round_aggregation == RoundAggregation.ANNUAL
    return row.running if adds_up and row.indicator.type not in SHARE_TYPES else row.measured


def _told(plan, user, round, activities):
    """activity id → (status, state of the submission) of what the accountable lead handed in and `user` may read.

    What is accepted everybody inside reads; what is not yet, those who may open the submission.
    """
    readable = Submission.objects.visible_to(user).filter(state__in=REVIEWABLE_STATES).order_by().values("pk")
    rows = (
        ActivityProgress.objects.filter(
            Q(submission__state__in=OFFICIAL_STATES) | Q(submission__in=readable),
            submission__round=round,
            activity__in=activities,
        )
        .of_accountable()
        .exclude(status="")
        .values_list("activity", "status", "submission__state")
    )
    return {pk: (ActivityStatus(status), SubmissionState(state)) for pk, status, state in rows}


def _shares(totals, round, absorbed_from):
    """activity id → Shares of the institutions that have money for it. Two queries: names, and who does not know and why."""
    found = totals.along("activity", "institution")
    ids = {key[1] for key in found} - {None}
    names = Institution.objects.in_bulk(ids) if ids else {}
    reasons = unknown_reasons(round)
    shares = defaultdict(list)
    for (activity, institution), amounts in found.items():
        if activity is None or institution is None:
            continue
        execution = execution_of(amounts.approved, amounts.spent, absorbed_from)
        shares[activity].append(
            Share(
                names[institution],
                amounts.approved,
                amounts.spent,
                execution,
                reasons.get((activity, institution), ""),
            )
        )
    for rows in shares.values():
        rows.sort(key=lambda one: str(one.institution))
    return shares


def unknown_reasons(round):
    """(activity id, institution id) → why an institution does not know what it spent in the years of a round. One query."""
    rows = (
        handed_in_spending(round.plan_id)
        .filter(of_year__in=list(round.years), amount__isnull=True)
        .exclude(no_data_reason="")
        .order_by("round__period_end", "pk")
        .values_list("activity", "body", "no_data_reason")
    )
    return {(activity, body): reason for activity, body, reason in rows}


def without_rate(plan, user, missing):
    """(activity id, institution id) of which an amount is in no total, because of the MissingRates. No query where none is."""
    if not missing:
        return set()
    lines, spending = Q(pk__in=[]), Q(pk__in=[])
    for one in missing:
        lines |= Q(currency=one.currency, operational_plan__year=one.year)
        spending |= Q(currency=one.currency, of_year=one.year)
    return {
        *readable_lines(plan, user).filter(lines).order_by().values_list("activity", "body"),
        *readable_spending(plan, user).filter(spending).order_by().values_list("activity", "body"),
    }


def _line(activity, *, amounts, rules, own, above, told, shares, years, lacks_rate):
    status, state = told or (None, None)
    facts = Facts(
        approved=amounts.approved,
        spent=amounts.spent,
        status=status if state in OFFICIAL_STATES else None,
        is_scheduled=activity.retired_on is None and not set(years).isdisjoint(activity.years),
        own=tuple(own),
        above=tuple(above),
        shares=tuple(shares),
    )
    return ActivityLine(
        activity=activity,
        amounts=amounts,
        execution=None if lacks_rate else _execution(amounts, rules),
        facts=facts,
        status=status,
        state=state,
        counts=_counts(facts.judged),
        of_output=not own and bool(above),
        lacks_rate=lacks_rate,
        # What is not all known is not accused of anything.
        findings=() if lacks_rate else findings_of(facts),
    )


def _execution(amounts, rules):
    return execution_of(amounts.approved, amounts.spent, rules.absorbed_from)


def _counts(facts):
    found = count_by_status([one.status for one in facts])
    return [(Performance(status), number) for status, number in found.items() if number]


def _rollup(own, above, activities):
    """("output" or "pillar", id) → counts of the indicators of it and of the activities shown below it, each once."""
    facts = defaultdict(list)
    for activity in activities:
        for key in (("output", activity.output_id), ("pillar", activity.output.goal.pillar_id)):
            facts[key] += own.get(activity.pk, ())
    outputs = {activity.output_id: activity.output.goal.pillar_id for activity in activities}
    for output, pillar in outputs.items():
        for key in (("output", output), ("pillar", pillar)):
            facts[key] += above.get(output, ())
    return {key: _counts(found) for key, found in facts.items()}


def _blocks(plan, pillar, lines, totals, rules, counts):
    """The lines below their outputs and pillars; pillars without any line as well, so that nothing seems forgotten."""
    by_output = defaultdict(list)
    for line in lines:
        by_output[line.activity.output_id].append(line)
    of_output, of_pillar = totals.along("output"), totals.along("pillar")
    pillars = [pillar] if pillar else list(Pillar.objects.filter(plan=plan).order_by("order", "code"))
    blocks = {
        one.pk: PillarBlock(
            one,
            amounts := of_pillar.get((one.pk,)) or Amounts(),
            _execution(amounts, rules),
            counts.get(("pillar", one.pk), []),
            [],
        )
        for one in pillars
    }
    for output_id, rows in by_output.items():
        output = rows[0].activity.output
        amounts = of_output.get((output_id,)) or Amounts()
        blocks[output.goal.pillar_id].outputs.append(
            OutputBlock(
                output, amounts, _execution(amounts, rules), counts.get(("output", output_id), []), rows
            )
        )
    return list(blocks.values())
