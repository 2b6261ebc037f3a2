"""The lists of operational plans of a year: an institution's own desk, and the board of who has handed in."""

from collections import defaultdict
from dataclasses import dataclass, field

from budgets.counted import Dimension, Measure
from budgets.models import OperationalPlan
from budgets.operational import Content, load_contents, unfinished
from budgets.responsible import responsibilities
from budgets.totals import load_totals
from frameworks.models import Institution, Pillar
from frameworks.permissions import Permission, Scope, granted


@dataclass
class DeskRow:
    """One pillar on an institution's desk. operational_plan None: not begun. named: what it is responsible for there.

    unfinished: sentences about what a plan that is being written still lacks.
    """

    institution: Institution
    pillar: Pillar
    named: list
    operational_plan: OperationalPlan | None = None
    content: Content | None = None
    unfinished: list = field(default_factory=list)

    @property
    def amounts(self):
        return self.content.asked if self.content else []


@dataclass
class Desk:
    """What one institution plans in a year. others: pillars on which it has nothing and is asked for nothing."""

    institution: Institution
    rows: list
    others: list


def own_institutions(user, plan):
    """The institutions that the user budgets for in the plan, by name. One query, none for those who budget for nobody."""
    seats = granted(user, Permission.EDIT_BUDGET, Scope.INSTITUTION)
    ids = {seat.institution_id for seat in seats if seat.plan_id == plan.pk}
    return list(Institution.objects.filter(pk__in=ids).in_order()) if ids else []


def load_desks(plan, year, user):
    """The Desks of the institutions that `user` budgets for; a fixed number of queries."""
    institutions = own_institutions(user, plan)
    if not institutions:
        return []
    named = responsibilities(plan, year)
    plans = list(
        OperationalPlan.objects.budgeted_by(user)
        .filter(plan=plan, year=year)
        .select_related("plan", "institution", "pillar", "submitted_by")
        .order_by("pillar__order", "pillar__code", "pk")
    )
    contents = load_contents(plans, drafting={one.pk for one in plans if one.is_editable}, named=named)
    pillars = list(Pillar.objects.filter(plan=plan).order_by("order", "code"))
    by_owner = defaultdict(list)
    for one in plans:
        by_owner[one.institution.successor_id, one.pillar_id].append(one)
    desks = []
    for institution in institutions:
        rows, others = [], []
        for pillar in pillars:
            mine = [
                one for one in named if (one.institution.pk, one.pillar_id) == (institution.pk, pillar.pk)
            ]
            there = by_owner[institution.pk, pillar.pk]
            rows += [_row(one, pillar, mine, contents[one.pk]) for one in there]
            if not any(one.institution_id == institution.pk for one in there):
                if mine:
                    rows.append(DeskRow(institution, pillar, mine))
                else:
                    others.append(pillar)
        desks.append(Desk(institution, rows, others))
    return desks


def _row(operational_plan, pillar, mine, content):
    return DeskRow(
        operational_plan.institution,
        pillar,
        mine,
        operational_plan,
        content,
        unfinished(content) if operational_plan.is_editable else [],
    )


@dataclass
class BoardCell:
    """One institution on one pillar. is_named: responsible for something there. may_read: the plans it may open."""

    is_named: bool
    plans: list = field(default_factory=list)  # (OperationalPlan, whether the reader may open it)
    proposed: object = None  # Decimal in the plan's currency; None: nothing was proposed, or it has no rate

    @property
    def is_empty(self):
        return not self.is_named and not self.plans


@dataclass
class Board:
    """Institution × pillar of a year. totals: where the amounts come from, with rates and what is missing."""

    pillars: list
    rows: list  # (Institution, [BoardCell], one a pillar)
    totals: object
    handed_in: int = 0
    writing: int = 0
    not_begun: int = 0


def load_board(plan, year, user):
    """The Board of a year as `user` may see it: drafts are counted for those who see the dashboard, and opened by nobody."""
    pillars = list(Pillar.objects.filter(plan=plan).order_by("order", "code"))
    plans = (
        OperationalPlan.objects.board_visible_to(user)
        .filter(plan=plan, year=year)
        .select_related("institution__merged_into", "pillar")
        .order_by("institution", "pk")
    )
    readable = set(
        OperationalPlan.objects.visible_to(user).filter(plan=plan, year=year).values_list("pk", flat=True)
    )
    totals = load_totals(
        plan,
        user,
        by=(Dimension.INSTITUTION, Dimension.PILLAR),
        only={Dimension.YEAR: [year]},
        measures=(Measure.PROPOSED,),
    )
    board, cells, institutions = Board(pillars, [], totals), {}, {}
    for one in responsibilities(plan, year):
        institutions[one.institution.pk] = one.institution
        cells.setdefault((one.institution.pk, one.pillar_id), BoardCell(True))
    for one in plans:
        institution = one.institution.successor
        institutions[institution.pk] = institution
        cell = cells.setdefault((institution.pk, one.pillar_id), BoardCell(False))
        cell.plans.append((one, one.pk in readable))
    for key, cell in cells.items():
        amounts = totals.cells.get(key)
        cell.proposed = amounts.proposed if amounts else None
    for cell in cells.values():
        if any(not one.is_editable for one, _may in cell.plans):
            board.handed_in += 1
        elif cell.plans:
            board.writing += 1
        else:
            board.not_begun += 1
    by_name = sorted(institutions.values(), key=lambda one: (str(one).lower(), one.pk))
    board.rows = [
        (one, [cells.get((one.pk, pillar.pk), BoardCell(False)) for pillar in pillars]) for one in by_name
    ]
    return board
