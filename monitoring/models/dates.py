"""The dates that count for one submission: its own where a group or an exception gave it some, else its round's.

The same questions are answered twice: by properties (no query; `round` must be loaded) and by querysets. The two are held
together by a test over random dates.
"""

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from frameworks.models.round import RoundPhase

#: Day on which a report is due, as an expression over submissions.
DUE_ON = Coalesce("own_due_on", "round__due_on")
OPENS_ON = Coalesce("own_opens_on", "round__opens_on")
CLOSES_ON = Coalesce("own_closes_on", "round__closes_on")


class OwnDates:
    """For Submission. A reopening lets an institution report until a day, also when the round is closed."""

    @property
    def opens_on(self):
        return self.own_opens_on or self.round.opens_on

    @property
    def due_on(self):
        """The deadline that lateness is counted from."""
        return self.own_due_on or self.round.due_on

    @property
    def closes_on(self):
        """The last day on which a report is taken, as far as the dates say; a round can be closed by hand before it."""
        closes = self.own_closes_on or self.round.closes_on
        if self.reopened_until is None:
            return closes
        return self.reopened_until if self.round.closed_at else max(closes, self.reopened_until)

    @property
    def has_own_dates(self):
        """Whether anything differs from the round's dates."""
        return any((self.own_opens_on, self.own_due_on, self.own_closes_on, self.reopened_until))

    def is_reopened(self, on):
        """Whether an exception lets the institution report on that day, whatever the round's dates say."""
        return (
            self.reopened_until is not None
            and on <= self.reopened_until
            and self.round.opened_at is not None
            and self.round.published_at is None
        )

    def accepts(self, on):
        """Whether a first report may be written and handed in on that day."""
        return self.phase(on) in {RoundPhase.OPEN, RoundPhase.PAST_DUE}

    def phase(self, on):
        """Where the round stands for this institution on that day (RoundPhase)."""
        round = self.round
        late = RoundPhase.PAST_DUE if on > self.due_on else RoundPhase.OPEN
        if round.published_at is not None:
            return RoundPhase.PUBLISHED
        if self.is_reopened(on):
            return late
        if round.opened_at is None or on < self.opens_on:
            return RoundPhase.PLANNED
        if round.closed_at is not None or on > (self.own_closes_on or round.closes_on):
            return RoundPhase.CLOSED
        return late

    def is_overdue(self, on):
        """Still with the institution after its deadline."""
        return self.is_editable and self.round.opened_at is not None and on > self.due_on

    def days_late(self, on):
        """Days past the deadline: until the first submission, or until `on` while it is still out. 0 when on time."""
        if self.round.opened_at is None:
            return 0
        reached = timezone.localdate(self.first_submitted_at) if self.first_submitted_at else on
        return max(0, (reached - self.due_on).days)


class OwnDatesQuerySet(QuerySet):
    """The same questions to the database."""

    def past_due(self, on):
        """In opened rounds, past their own deadline, in whatever state."""
        return self.alias(due_day=DUE_ON).filter(round__opened_at__isnull=False, due_day__lt=on)

    def accepting(self, on):
        """Whose institution may still write and hand in on that day, by its own dates."""
        by_dates = Q(opens_day__lte=on, closes_day__gte=on, round__closed_at__isnull=True)
        return self.alias(opens_day=OPENS_ON, closes_day=CLOSES_ON).filter(
            by_dates | Q(reopened_until__gte=on),
            round__opened_at__isnull=False,
            round__published_at__isnull=True,
        )
