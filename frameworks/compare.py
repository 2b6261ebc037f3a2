"""Two generations of a plan side by side: what is carried over, changed, dropped and new. Lineage (`continues`) decides.

Nothing is guessed: what nobody has linked is dropped in the one plan and new in the other. `suggestions` only proposes.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.choices import ToneChoices
from frameworks.measures import measure_text, target_number
from frameworks.models import Activity, Goal, Indicator, Lead, Output, Target
from frameworks.models.indicator import IndicatorType

#: Level → its model and the field that holds its text.
LEVELS = {
    "goal": (Goal, "title"),
    "output": (Output, "title"),
    "activity": (Activity, "title"),
    "indicator": (Indicator, "statement"),
}
#: How alike two texts must be to be proposed (pg_trgm, 0 to 1).
ALIKE = 0.5


class Continuity(ToneChoices):
    """What became of a part of the earlier plan, or where one of the later plan comes from."""

    CARRIED = "carried", gettext_lazy("Carried over"), "good", "check-circle"
    CHANGED = "changed", gettext_lazy("Changed"), "warn", "pencil"
    NEW = "new", gettext_lazy("New"), "info", "plus"
    DROPPED = "dropped", gettext_lazy("Dropped"), "muted", "minus-circle"


@dataclass(frozen=True, slots=True)
class Side:
    """A thing of one of the two plans."""

    pk: int
    code: str
    text: str
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs; None where there is nothing."""

    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    state: Continuity
    old: Side | None
    new: Side | None
    differences: tuple = ()


def compare(newer, older):
    """{level: [Pair]} for the two plans, in the order of the newer plan's codes, what was dropped at the end.

    A fixed number of queries. What is retired counts in neither plan, unless it is linked.
    """
    return {level: _pairs(level, newer, older) for level in LEVELS}


def counts(compared):
    """{level: {state's value: number}}"""
    return {level: Counter(one.state.value for one in pairs) for level, pairs in compared.items()}


def _pairs(level, newer, older):
    new_rows, old_rows = _rows(level, newer), {one.pk: one for one in _rows(level, older)}
    linked = [one for one in new_rows if one.continues_id in old_rows]
    details_new = _details(level, newer, linked)
    details_old = _details(level, older, [old_rows[one.continues_id] for one in linked])
    taken, pairs = set(), []
    for row in new_rows:
        if row.continues_id in old_rows:
            old = old_rows[row.continues_id]
            taken.add(old.pk)
            differences = tuple(_differences(details_old[old.pk], details_new[row.pk]))
            state = Continuity.CHANGED if differences else Continuity.CARRIED
            pairs.append(Pair(state, _side(level, old), _side(level, row), differences))
        elif not row.retired_on:
            pairs.append(Pair(Continuity.NEW, None, _side(level, row)))
    for row in old_rows.values():
        if row.pk not in taken and not row.retired_on:
            pairs.append(Pair(Continuity.DROPPED, _side(level, row), None))
    return pairs


def _rows(level, plan):
    model, text = LEVELS[level]
    fields = ["code", text, "retired_on", "continues", "plan"]
    fields += ["years"] if level == "activity" else []
    fields += ["type", "unit", "scale_labels"] if level == "indicator" else []
    return list(model.objects.filter(plan=plan).only(*fields).order_by("sort_key"))


def _side(level, row):
    return Side(row.pk, row.code, getattr(row, LEVELS[level][1]), row.retired_on is not None)


def _details(level, plan, rows):
    """id → [(label, what is compared, how it is written)] of the rows."""
    text = LEVELS[level][1]
    found = {row.pk: [(_("Text"), " ".join(getattr(row, text).split()), getattr(row, text))] for row in rows}
    if level == "activity":
        leads = _leads(rows)
        for row in rows:
            # The generations run in different years: what counts is which year of its plan it is.
            planned = tuple(sorted(year - plan.start_year for year in row.years))
            whole = set(row.years) == set(plan.years)
            found[row.pk] += [
                (_("Years"), "all" if whole else planned, ", ".join(map(str, sorted(row.years)))),
                (_("Leads"), frozenset(leads[row.pk]), ", ".join(leads[row.pk])),
            ]
    if level == "indicator":
        targets = _targets(plan, rows)
        for row in rows:
            found[row.pk] += [
                (_("Type"), row.type, str(IndicatorType(row.type).label)),
                (_("Unit"), row.unit.strip(), row.unit),
                (_("Targets"), tuple(compared for compared, _text in targets[row.pk]),
                 "; ".join(text for _compared, text in targets[row.pk])),
            ]  # fmt: skip
    return found


def _leads(rows):
    leads = defaultdict(list)
    found = Lead.objects.filter(activity__in=[one.pk for one in rows]).select_related("institution")
    for lead in found.order_by("order", "pk"):
        leads[lead.activity_id].append(str(lead.institution))
    return leads


def _targets(plan, rows):
    """id → [((years since the plan began, figures), text)]. End-lines are compared as such, in whichever year they lie."""
    indicators = {row.pk: row for row in rows}
    targets = defaultdict(list)
    for target in Target.objects.filter(indicator__in=indicators).order_by("period_end"):
        figures = (target.value, target.numerator, target.denominator)
        when = "end" if target.is_endline else target.period_end.year - plan.start_year
        text = measure_text(indicators[target.indicator_id], target_number(target))
        targets[target.indicator_id].append(((when, figures), f"{target.period_end.year}: {text}"))
    return targets


def _differences(old, new):
    for (label, before, shown_before), (_label, after, shown_after) in zip(old, new, strict=True):
        if before != after:
            yield Difference(label, shown_before or None, shown_after or None)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A part of the older plan that a new one may carry on. alike: of the texts, in percent."""

    old: Side
    same_code: bool
    alike: int


def suggestions(level, older, new_ids, free_ids):
    """{id of the newer plan: Suggestion}: the free part with the most similar text, else the one with the same code.

    One query, for the rows of one page; the trigrams are PostgreSQL's.
    """
    if not new_ids or not free_ids:
        return {}
    model, text = LEVELS[level]
    table = model._meta.db_table
    sql = f"""
        SELECT n.id, o.id, o.code, o.{text}, n.code = o.code, similarity(n.{text}, o.{text})
        FROM {table} n JOIN {table} o
          ON o.plan_id = %s AND o.id = ANY(%s)
         AND (n.code = o.code OR similarity(n.{text}, o.{text}) >= %s)
        WHERE n.id = ANY(%s)
        ORDER BY n.id, similarity(n.{text}, o.{text}) >= %s, similarity(n.{text}, o.{text}), n.code = o.code, o.id
    """  # noqa: S608 (the names come from the models)
    with connection.cursor() as cursor:
        cursor.execute(sql, [older.pk, list(free_ids), ALIKE, list(new_ids), ALIKE])
        rows = cursor.fetchall()
    # The best comes last.
    return {
        new: Suggestion(Side(old, code, words), same, round(alike * 100))
        for new, old, code, words, same, alike in rows
    }


def free_sides(pairs):
    """Those parts of the older plan that nothing carries on yet, as Sides."""
    return [one.old for one in pairs if one.state == Continuity.DROPPED]
