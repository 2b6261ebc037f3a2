"""Money beside results: how an activity's spending and its indicators stand together, and which of it somebody should look at.

Pure, no ORM. Missing is not zero (DOMAIN.md, "Arithmetic"): spending that nobody reported is not spending of 0, and an indicator
without data has neither moved nor stood still.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from django.utils.translation import gettext_lazy as _

from budgets.execution import Execution
from frameworks.choices import ToneChoices
from frameworks.models.indicator import Direction
from monitoring.models.result import Performance
from monitoring.models.submission import ActivityStatus

#: Percent of the approved amount from which so much was spent that something should have moved.
ENOUGH = Decimal(50)
#: Indicators that say that the money worked.
GOOD = (Performance.ACHIEVED, Performance.ON_TRACK)
#: Statuses that say nothing of how far it has come.
_SILENT = (Performance.NO_DATA, Performance.NOT_YET_DUE, Performance.NOT_APPLICABLE)
#: Digits enough for the sums of any amounts times a percentage.
_PRECISION = 60


class Movement(ToneChoices):
    """How an indicator's figure changed since the round before."""

    BETTER = "better", _("better than before"), "ok", "arrow-up-right"
    SAME = "same", _("no change"), "warn", "minus-circle"
    WORSE = "worse", _("worse than before"), "back", "arrow-down-left"
    UNKNOWN = "unknown", _("change not known"), "muted", "help"


class MoneyFinding(ToneChoices):
    """What somebody should look at; one activity may have several."""

    NOTHING_MOVED = "nothing_moved", _("Money spent and nothing moved"), "warn", "pause"
    NO_FIGURE = "no_figure", _("Money spent, no figure"), "muted", "help"
    WITHOUT_MONEY = "without_money", _("Results without money"), "info", "star"
    OVERSPENT = "overspent", _("Over-spent"), "bad", "arrow-up-right"
    NOT_REPORTED = "not_reported", _("Approved, spending not reported"), "muted", "minus-circle"


@dataclass(frozen=True, slots=True)
class IndicatorFact:
    """One indicator in the round: its status, and how it moved."""

    status: Performance
    movement: Movement = Movement.UNKNOWN

    @property
    def tells(self):
        """Whether there is a figure that says something."""
        return self.status not in _SILENT or self.movement != Movement.UNKNOWN


@dataclass(frozen=True, slots=True)
class Share:
    """What one institution was approved and has spent on the activity; `reason`: why it does not know what it spent."""

    institution: object
    approved: Decimal | None
    spent: Decimal | None
    execution: Execution
    reason: str = ""

    @property
    def over(self):
        """How much more was spent than approved; None where it was not."""
        if self.execution not in (Execution.OVERSPENT, Execution.NOT_FORESEEN):
            return None
        return self.spent - (self.approved or 0)


@dataclass(frozen=True, slots=True)
class Facts:
    """One activity in the years of a round, amounts in the plan's currency.

    status: what the accountable lead reported, once it is accepted; None before. own: the facts of its indicators; above:
    those of its output's own, which count where it has none. is_scheduled: planned for those years.
    """

    approved: Decimal | None
    spent: Decimal | None
    status: ActivityStatus | None = None
    is_scheduled: bool = True
    own: tuple = ()
    above: tuple = ()
    shares: tuple = ()

    @property
    def judged(self):
        """The indicators by which it is judged: its own, or where it has none those of its output."""
        return self.own or self.above


def movement_of(*, direction, now, before):
    """The Movement of a figure (Decimals in one unit; None: there is none).

    Where a level should be kept no side is the good one: it is the same, or it is not known.
    """
    if now is None or before is None:
        return Movement.UNKNOWN
    if now == before:
        return Movement.SAME
    if direction == Direction.MAINTAIN:
        return Movement.UNKNOWN
    return Movement.BETTER if (now < before) == (direction == Direction.DECREASE) else Movement.WORSE


def is_enough(approved, spent):
    """Whether so much was spent that something should have moved: ENOUGH percent of what was approved, or anything unapproved."""
    if spent is None or spent <= 0:
        return False
    with localcontext() as exact:
        exact.prec = _PRECISION
        return not approved or spent * 100 >= approved * ENOUGH


def has_moved(facts):
    """Whether the indicators say that something moved; None where none of them says anything.

    Something moved when one got better, or when one is achieved or on track and not all got worse. One that has moved
    backwards from its baseline is worse, whatever it did since the round before.
    """
    telling = [one for one in facts.judged if one.tells]
    if not telling:
        return None
    worse = [one.status == Performance.MOVED_BACKWARDS or one.movement == Movement.WORSE for one in telling]
    if any(one.movement == Movement.BETTER and not bad for one, bad in zip(telling, worse, strict=True)):
        return True
    return any(one.status in GOOD for one in telling) and not all(worse)


def has_results(facts):
    """Whether something was reached: it is completed, or one of its own indicators is achieved or on track."""
    return facts.status == ActivityStatus.COMPLETED or any(one.status in GOOD for one in facts.own)


def findings_of(facts):
    """The Findings about an activity, in the order of the vocabulary."""
    found = []
    if is_enough(facts.approved, facts.spent):
        moved = has_moved(facts)
        if moved is False:
            found.append(MoneyFinding.NOTHING_MOVED)
        elif moved is None and not _is_too_early(facts):
            found.append(MoneyFinding.NO_FIGURE)
    if facts.is_scheduled and has_results(facts) and not facts.approved and not facts.spent:
        found.append(MoneyFinding.WITHOUT_MONEY)
    if any(one.over is not None for one in facts.shares):
        found.append(MoneyFinding.OVERSPENT)
    if any(one.execution == Execution.NOT_REPORTED for one in facts.shares):
        found.append(MoneyFinding.NOT_REPORTED)
    return tuple(found)


def _is_too_early(facts):
    """Whether all that measures it is not due yet: then nobody owes a figure."""
    return bool(facts.judged) and all(one.status == Performance.NOT_YET_DUE for one in facts.judged)


def money_words(facts):
    """Which of "nothing approved" and "nothing spent" is known, and which nobody said: not reported is not 0."""
    approved = (
        _("nobody recorded an approved amount") if facts.approved is None else _("nothing was approved (0)")
    )
    spent = _("nobody reported spending") if facts.spent is None else _("nothing was spent (0)")
    return approved, spent
