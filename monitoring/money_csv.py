"""Money beside results as a table for spreadsheets: one row for each activity."""

from monitoring.models.result import Performance
from monitoring.models.submission import OFFICIAL_STATES

HEAD = (
    "plan", "years", "pillar", "output", "activity", "title", "currency", "costed", "approved", "spent", "execution_percent",
    "execution", "activity_status", "activity_status_is_accepted", "indicators_of", *(f"indicators_{one}" for one in Performance),
    "findings", "institutions_without_report", "institutions_over_spent",
)  # fmt: skip


def csv_rows(plan, round, found):
    """Rows of texts and numbers, the head first; "" is what nobody said, which is not 0."""
    yield HEAD
    for line in found.lines:
        counts = dict(line.counts)
        amounts, activity = line.amounts, line.activity
        yield (
            plan.code,
            "-".join(dict.fromkeys((str(round.years[0]), str(round.years[-1])))),
            activity.output.goal.pillar.code,
            activity.output.code,
            activity.code,
            activity.title,
            plan.currency,
            *("" if one is None else f"{one:f}" for one in (amounts.costed, amounts.approved, amounts.spent)),
            "" if amounts.execution is None or line.lacks_rate else f"{amounts.execution:.1f}",
            line.execution or "rate_missing",
            line.status or "",
            "" if line.state is None else "yes" if line.state in OFFICIAL_STATES else "no",
            "output" if line.of_output else "activity" if line.counts else "",
            *(counts.get(one, 0) for one in Performance),
            " ".join(line.findings),
            ", ".join(str(one.institution) for one in line.facts.shares if one.execution == "not_reported"),
            ", ".join(str(one.institution) for one in line.facts.shares if one.over is not None),
        )
