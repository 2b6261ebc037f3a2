"""The money on the first screen: costed, approved and spent by pillar, and who has said what it spent."""

from dataclasses import dataclass

from budgets.counted import Measure
from budgets.reported import reported_of_approved
from budgets.totals import Amounts, Totals, load_totals

MEASURES = (Measure.COSTED, Measure.APPROVED, Measure.SPENT)


@dataclass(frozen=True, slots=True)
class MoneyTile:
    """rows: (pillar, Amounts) in the order of `pillars`. Of the `asked` institutions with approved money `reported` have told
    of all of it; `told_pairs` of `pairs`: the same by institution and activity."""

    totals: Totals
    rows: tuple
    reported: int
    asked: int
    told_pairs: int
    pairs: int

    @property
    def is_empty(self):
        return all(amounts.is_empty for _pillar, amounts in self.rows) and not self.totals.missing

    @property
    def groups(self):
        """For the chart: missing stays missing."""
        return [
            (pillar.name, [(one.label, amounts.of(one)) for one in MEASURES]) for pillar, amounts in self.rows
        ]


def load_money(*, plan, round, user, pillars):
    """The MoneyTile of the years of a round. Six queries, however much money there is."""
    totals = load_totals(plan, user, by=("pillar",), only={"year": list(round.years)}, measures=MEASURES)
    by_pillar = totals.along("pillar")
    told = reported_of_approved(plan, round.years)
    by_institution = {}
    for (institution, _activity), is_told in told.items():
        by_institution[institution] = by_institution.get(institution, True) and is_told
    return MoneyTile(
        totals=totals,
        rows=tuple((pillar, by_pillar.get((pillar.pk,)) or Amounts()) for pillar in pillars),
        reported=sum(by_institution.values()),
        asked=len(by_institution),
        told_pairs=sum(told.values()),
        pairs=len(told),
    )
