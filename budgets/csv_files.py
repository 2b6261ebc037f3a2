"""The plan's money as rows of a CSV file (frameworks/csv_files.py): the cells of a table, and the entries behind them.

An amount is a number with a point and without grouping; what nobody said is blank, never 0. Amounts without a rate stand in
columns of their own, so that no column mixes currencies.
"""

from budgets.names import NONE
from frameworks.csv_files import Figure


def pivot_rows(pivot, measures):
    """The innermost rows of a table, a line for each of its columns: nothing in it twice, so that a column may be added up."""
    plan, levels, columns = pivot.plan, pivot.asked.levels, pivot.asked.columns
    heads = ["plan"]
    for level in levels:
        heads += [str(level), f"{level}_name"]
    if columns:
        heads += [str(columns), f"{columns}_name"]
    heads += ["currency", *map(str, measures), "execution_percent"]
    yield [*heads, "no_rate_currency", "no_rate_year", "no_rate_measure", "no_rate_amount"]
    for row in pivot.rows:
        if row.depth != len(levels) - 1:
            continue
        names = [pivot.names.of(*pair) for pair in row.key]
        for value, name in pivot.columns or [(None, None)]:
            if value not in row.by_column:
                continue
            amounts = row.by_column[value]
            line = [plan.code]
            for one in (*names, *([name] if columns else [])):
                # A hyphen is a code in addresses only: in a file nothing stands for what is not known.
                line += ["" if one.code == NONE else one.code, one.label]
            line.append(plan.currency)
            line += [Figure.of(amounts.of(one)) for one in measures]
            execution = amounts.execution
            yield [*line, Figure.of(None if execution is None else round(execution, 2)), "", "", "", ""]
    blank = [""] * (len(heads) - 1)
    for one in pivot.totals.missing:
        yield [plan.code, *blank, one.currency, one.year, one.measure, Figure.of(one.amount)]


def entry_rows(entries):
    """The entries behind a total: each with its amounts in its own currency, and in the plan's where there is a rate."""
    plan, measures = entries.plan, [str(one) for one in entries.measures]
    texts = (
        "pillar", "goal", "output", "activity", "title", "institution", "source", "source_kind", "on_budget", "gender",
        "reference", "description", "round",
    )  # fmt: skip
    converted = [f"{one}_in_{plan.currency}" for one in measures]
    yield [
        "plan",
        "kind",
        "id",
        "year",
        *texts,
        "currency",
        *measures,
        *converted,
        "rate",
        "rate_from",
        "rate_source",
    ]
    for entry in entries:
        rate = entry.rate
        yield [
            plan.code,
            str(entry.kind),
            entry.pk,
            entry.year,
            *(_text(entry.row.get(one)) for one in texts),
            entry.currency,
            *(Figure.of(entry.raw.get(one)) for one in measures),
            *(Figure.of(entry.value.get(one)) for one in measures),
            Figure.of(rate.rate.normalize() if rate else None),
            rate.valid_on.isoformat() if rate else "",
            rate.source if rate else "",
        ]


def _text(value):
    if isinstance(value, bool):
        return "on" if value else "off"
    return value
