"""Gender-responsive budgeting: what institutions have in all, how much of it is for gender equality, and the least it should be.

Shares are combined by adding up both sums and dividing, never by averaging percentages (DOMAIN.md, "Arithmetic"). The minimum is
the plan's own (5% in the Philippines). A gender budget that nobody told is not known, which is neither 0 nor below the minimum.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal, localcontext

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budgets.counted import Dimension, Measure, body_of
from budgets.models import BudgetLine, GenderTag, InstitutionBudget
from budgets.rates import load_rates
from budgets.rules import rules_of
from budgets.totals import Totals, load_totals
from frameworks.choices import ToneChoices
from frameworks.formatting import ratio_percent
from frameworks.models import Institution, Lead
from frameworks.models.people import InstitutionKind

#: Institutions of the state are asked: the others have no part of the state's budget.
OF_THE_STATE = (
    InstitutionKind.GOVERNMENT,
    InstitutionKind.SECURITY,
    InstitutionKind.PARLIAMENT,
    InstitutionKind.SUBNATIONAL,
)
#: Digits enough for the sums of any amounts (36) times a percentage (5), exactly.
_PRECISION = 60
_CENT = Decimal("0.01")


class GenderShare(ToneChoices):
    """How a gender budget stands to the minimum. Computed by `standing_of`; never stored."""

    NOT_KNOWN = "not_known", _("Not known"), "muted", "circle-dashed"
    BELOW = "below", _("Below the minimum"), "warn", "arrow-down-left"
    REACHED = "reached", _("Minimum reached"), "good", "check-circle"


def standing_of(gender, total, minimum):
    """The GenderShare of two amounts of the same currency. minimum: percent of the total; it counts as reached at the minimum."""
    if gender is None or not total:
        return GenderShare.NOT_KNOWN
    return GenderShare.BELOW if shortfall_of(gender, total, minimum) else GenderShare.REACHED


def shortfall_of(gender, total, minimum):
    """What a gender budget lacks to the minimum, rounded up to the cent; 0 where it lacks nothing, None where that is not known."""
    if gender is None or not total:
        return None
    with localcontext() as exact:
        exact.prec = _PRECISION
        lacking = (total * minimum / 100 - gender).quantize(_CENT, rounding=ROUND_CEILING)
    return max(lacking, Decimal(0))


@dataclass
class Told:
    """What one institution told of one year. budget None: nothing. total, gender: in the plan's currency, None without a rate."""

    institution: Institution
    year: int
    minimum: Decimal
    budget: InstitutionBudget | None = None
    total: Decimal | None = None
    gender: Decimal | None = None
    rate: object = None

    @property
    def is_whole(self):
        """Whether both figures were told."""
        return self.budget is not None and self.budget.gender is not None

    @property
    def lacks_rate(self):
        return self.budget is not None and self.total is None

    @property
    def percent(self):
        """Of its own figures, in the currency that it told them in: a share needs no rate."""
        return ratio_percent(self.budget.gender, self.budget.total) if self.budget else None

    @property
    def standing(self):
        if self.budget is None:
            return GenderShare.NOT_KNOWN
        return standing_of(self.budget.gender, self.budget.total, self.minimum)

    @property
    def shortfall(self):
        """In the currency of the institution's figures."""
        return shortfall_of(self.budget.gender, self.budget.total, self.minimum) if self.budget else None


@dataclass
class GenderYear:
    """One year of the plan. total, gender: the sums of those that told both, in the plan's currency; None when there are none."""

    year: int
    minimum: Decimal
    rows: list

    def __post_init__(self):
        self.total = sum((row.total for row in self.counted), Decimal(0)) if self.counted else None
        self.gender = sum((row.gender for row in self.counted), Decimal(0)) if self.counted else None

    @property
    def counted(self):
        """Those that the sums are made of."""
        return [row for row in self.rows if row.is_whole and not row.lacks_rate]

    @property
    def received(self):
        return sum(row.is_whole for row in self.rows)

    @property
    def asked(self):
        return len(self.rows)

    @property
    def silent(self):
        """Those that told nothing."""
        return [row for row in self.rows if row.budget is None]

    @property
    def without_gender(self):
        """Those that told their total only."""
        return [row for row in self.rows if row.budget is not None and not row.is_whole]

    @property
    def without_rate(self):
        """Those whose figures are in no sum, because no rate says what they are worth."""
        return [row for row in self.rows if row.lacks_rate]

    @property
    def below(self):
        return [row for row in self.rows if row.standing == GenderShare.BELOW]

    @property
    def percent(self):
        return ratio_percent(self.gender, self.total)

    @property
    def standing(self):
        return standing_of(self.gender, self.total, self.minimum)

    @property
    def shortfall(self):
        return shortfall_of(self.gender, self.total, self.minimum)


@dataclass
class Tagged:
    """Approved money of the plan's budget lines by gender tag, in the plan's currency. "": not assessed."""

    by_tag: dict = field(default_factory=dict)

    def add(self, tag, amount):
        if amount is not None:
            self.by_tag[tag] = self.by_tag.get(tag, Decimal(0)) + amount

    @property
    def amounts(self):
        """One for each of TAGS, in their order; None where nothing was approved."""
        return [self.by_tag.get(tag) for tag, _label in TAGS]

    @property
    def total(self):
        return sum(self.by_tag.values()) if self.by_tag else None

    @property
    def aimed(self):
        """What has gender equality as the main aim or as one of them."""
        found = [self.by_tag[tag] for tag in AIMED if tag in self.by_tag]
        return sum(found) if found else (Decimal(0) if self.by_tag else None)

    @property
    def percent(self):
        """Of what was assessed: a line without a tag says nothing either way. None where nothing was."""
        assessed = [amount for tag, amount in self.by_tag.items() if tag]
        return ratio_percent(self.aimed, sum(assessed)) if assessed else None


AIMED = (GenderTag.PRINCIPAL, GenderTag.SIGNIFICANT)
TAGS = [*GenderTag.choices, ("", _("Not assessed"))]


def asked_institutions(plan):
    """The institutions that are asked for their budgets: those of the state that answer for an activity in use or budget for one.

    What an institution answered for before it was merged into another, that one answers for.
    """
    leading = Lead.objects.filter(activity__plan=plan, activity__retired_on__isnull=True)
    budgeting = BudgetLine.objects.filter(operational_plan__plan=plan)
    asked = Institution.objects.filter(kind__in=OF_THE_STATE, merged_into__isnull=True)
    return asked.filter(
        Q(pk__in=leading.values(body=body_of("institution")))
        | Q(pk__in=budgeting.values(body=body_of("operational_plan__institution")))
    )


@dataclass
class GenderBudget:
    """What is known of a plan's gender budgets. years: year → GenderYear; tagged: (institution id, year) → Tagged."""

    rules: object
    currency: str
    years: dict
    tagged: dict
    totals: object

    def of(self, institution):
        """What one institution told, one a year."""
        return [
            row for year in self.years.values() for row in year.rows if row.institution.pk == institution.pk
        ]

    def tagged_in(self, year):
        """(institution id → Tagged, all of them together) of a year."""
        found = {institution: one for (institution, of), one in self.tagged.items() if of == year}
        together = Tagged()
        for one in found.values():
            for tag, amount in one.by_tag.items():
                together.add(tag, amount)
        return found, together

    def totals_of(self, year):
        """What is in none of the tagged amounts of a year, and the rates that the others were converted by; a Totals without cells."""
        missing = [one for one in self.totals.missing if one.year == year]
        rates = {key: rate for key, rate in self.totals.rates.items() if key[1] == year}
        return Totals(self.currency, (), missing=missing, rates=rates)


def load_gender_budget(plan, user):
    """The GenderBudget of a plan as `user` may read it. A fixed number of queries, whatever was told."""
    rules, rates = rules_of(plan), load_rates(plan)
    told = list(
        InstitutionBudget.objects.visible_to(user).filter(plan=plan).select_related("institution", "plan")
    )
    there = defaultdict(dict)
    for one in told:
        there[one.year][one.institution_id] = one
    asked = {one.pk: one for one in asked_institutions(plan).in_order()}
    years = {}
    for year in sorted({*plan.years, *there}):
        known = asked | {pk: one.institution for pk, one in there[year].items()}
        rows = [
            _told(institution, year, there[year].get(pk), rates, rules) for pk, institution in known.items()
        ]
        rows.sort(key=lambda row: str(row.institution))
        years[year] = GenderYear(year, rules.minimum_gender_share, rows)
    totals = load_totals(
        plan,
        user,
        by=(Dimension.INSTITUTION, Dimension.GENDER, Dimension.YEAR),
        measures=[Measure.APPROVED],
        rates=rates,
    )
    tagged = defaultdict(Tagged)
    for (institution, tag, year), amounts in totals.cells.items():
        if institution is not None and amounts.of(Measure.APPROVED) is not None:
            tagged[institution, year].add(tag, amounts.approved)
    return GenderBudget(rules, plan.currency, years, dict(tagged), totals)


def _told(institution, year, budget, rates, rules):
    row = Told(institution, year, rules.minimum_gender_share, budget)
    if budget is not None:
        row.total = rates.convert(budget.total, budget.currency, year)
        row.gender = rates.convert(budget.gender, budget.currency, year)
        row.rate = rates.of(budget.currency, year) if budget.currency != rates.currency else None
    return row
