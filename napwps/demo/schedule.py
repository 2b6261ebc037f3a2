"""When the story takes place: three yearly rounds, the last of them open around the anchor day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zlib import crc32

from django.utils import timezone

FIRST_YEAR, LAST_YEAR = 2024, 2028
#: The plan was adopted on 10 January 2024 (DOMAIN.md, V); the seats were filled in the weeks after.
ADOPTED_ON = date(2024, 1, 10)
SEATED_ON = date(2024, 1, 22)
#: The day on which the secretariat entered the framework.
FRAMEWORK_ON = date(2024, 2, 5)
#: Before this day the plan has no finished round to look back on.
EARLIEST = date(2025, 8, 10)

FIRST, LAST, CURRENT = "first", "last", "current"


@dataclass(frozen=True, slots=True)
class RoundDates:
    """One round of the story. `position`: first, last (the one before the current one) or current."""

    position: str
    year: int
    opens_on: date
    due_on: date
    closes_on: date
    published_on: date | None

    @property
    def label(self):
        return str(self.year)


def rounds_around(anchor):
    """The rounds of the story on the day `anchor`, oldest first.

    The current round opened 40 days before. It reports on the running year when it opened in July or later, else on the
    year before; on 2027 at the latest, so that the plan still has a year to come. The two rounds before it follow the
    usual calendar, as far as the plan is old enough: before August 2026 there is only one. Raises ValueError for a day
    before EARLIEST, when there would be none.
    """
    if anchor < EARLIEST:
        raise ValueError(f"The demo's plan has no finished round before {EARLIEST.isoformat()}.")
    opens = anchor - timedelta(days=40)
    year = min(opens.year if opens.month >= 7 else opens.year - 1, LAST_YEAR - 1)
    current = RoundDates(
        CURRENT, year, opens, anchor - timedelta(days=10), anchor + timedelta(days=50), published_on=None
    )
    before = [(FIRST, year - 2), (LAST, year - 1)]
    return [*(_finished(position, of) for position, of in before if of >= FIRST_YEAR), current]


def _finished(position, year):
    return RoundDates(
        position,
        year,
        opens_on=date(year + 1, 1, 7),
        due_on=date(year + 1, 2, 28),
        closes_on=date(year + 1, 3, 31),
        published_on=date(year + 1, 5, 20),
    )


def steady(key, choices):
    """A number from 0 to choices − 1 that belongs to `key` for ever: variety without chance."""
    return crc32(key.encode()) % choices


def working_moment(day, key):
    """A moment within office hours on `day` in Díli, or on the Friday before where that is a weekend."""
    day -= timedelta(days=max(0, day.weekday() - 4))
    return at_clock(day, 9 + steady(key, 7), steady(f"{key} minute", 60))


def at_clock(day, hour, minute=0):
    """An aware datetime of the project's time zone (Díli)."""
    return datetime.combine(day, time(hour, minute), tzinfo=timezone.get_default_timezone())
