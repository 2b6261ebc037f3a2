"""Forms of a reporting round."""

from calendar import monthrange
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.forms.base import ConstrainedForm, VersionedMixin
from frameworks.forms.fields import DayField
from frameworks.models import ReportingRound
from frameworks.models.round import Periodicity
from frameworks.operations.rounds import DATES, round_version

#: Names that are addresses of pages already.
_TAKEN_LABELS = {"new"}
#: Weeks to report in a round whose usual dates are over.
LATE_WEEKS = 8
_MONTHS = {Periodicity.YEAR: 12, Periodicity.HALF_YEAR: 6, Periodicity.QUARTER: 3}


def _add_months(day, months):
    """The same day so many months later; the last of a month stays the last of its month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_last else min(day.day, last))


def next_round(plan, latest, on, periodicity=""):
    """Sensible values for the plan's next round, as a dict of form fields. `on`: today.

    After `latest` (a ReportingRound or None) everything moves on by one period. The first round of a length begins with the
    plan, or after the latest one: reporting opens on the second day after it, is due two months after it (a quarter: one) and
    closes a month later. A round that would be over by now (a plan is entered late) opens today, with LATE_WEEKS to report.
    """
    periodicity = periodicity or (latest.periodicity if latest else Periodicity.YEAR)
    same_length = latest is not None and latest.periodicity == periodicity
    values = _after(latest) if same_length else _first(plan, latest, Periodicity(periodicity))
    if values["closes_on"] < on:
        due = on + timedelta(weeks=LATE_WEEKS)
        values |= {"opens_on": on, "due_on": due, "closes_on": due + timedelta(weeks=4)}
    return values


def _first(plan, latest, periodicity):
    start = latest.period_end + timedelta(days=1) if latest else date(plan.start_year, 1, 1)
    end = _add_months(start, _MONTHS[periodicity]) - timedelta(days=1)
    months = 1 if periodicity == Periodicity.QUARTER else 2
    return {
        "label": _label(periodicity, start),
        "periodicity": periodicity,
        "period_start": start,
        "period_end": end,
        "opens_on": end + timedelta(days=2),
        "due_on": _add_months(end, months),
        "closes_on": _add_months(end, months + 1),
    }


def _after(latest):
    months = _MONTHS[latest.periodicity]
    start = latest.period_end + timedelta(days=1)
    values = {
        "label": _label(latest.periodicity, start),
        "periodicity": latest.periodicity,
        "period_start": start,
        "period_end": _add_months(latest.period_end, months),
    }
    return values | {name: _add_months(getattr(latest, name), months) for name in DATES}


def _label(periodicity, start):
    if periodicity == Periodicity.HALF_YEAR:
        return f"{start.year}-H{1 if start.month <= 6 else 2}"
    if periodicity == Periodicity.QUARTER:
        return f"{start.year}-Q{(start.month - 1) // 3 + 1}"
    return str(start.year)


class RoundForm(VersionedMixin, ConstrainedForm):
    """A new round, or one that has not opened yet; of an opened one the dates only."""

    constraint_fields = {
        "round_label_unique": "label",
        "round_period_unique": "period_end",
        "round_period_in_order": "period_end",
        "round_dates_in_order": "due_on",
    }
    period_start = DayField(label=gettext_lazy("Period from"))
    period_end = DayField(
        label=gettext_lazy("Period to"),
        help_text=gettext_lazy("What happened between these days is reported."),
    )
    opens_on = DayField(
        label=gettext_lazy("Reporting opens on"),
        help_text=gettext_lazy("From this day institutions can write, once you have opened the round."),
    )
    due_on = DayField(
        label=gettext_lazy("Due on"), help_text=gettext_lazy("The deadline; this day is still on time.")
    )
    closes_on = DayField(
        label=gettext_lazy("Closes on"),
        help_text=gettext_lazy("The last day on which a late report is taken."),
    )

    class Meta:
        model = ReportingRound
        fields = ["label", "periodicity", "period_start", "period_end", "opens_on", "due_on", "closes_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.opened_at is not None:
            for name in set(self.fields) - set(DATES):
                del self.fields[name]
        if self.instance.pk:
            self.add_version(round_version(self.instance))

    def clean_label(self):
        label = self.cleaned_data["label"]
        if label.lower() in _TAKEN_LABELS:
            raise ValidationError(
                _("“%(label)s” is an address of its own here: choose another name.") % {"label": label}
            )
        return label

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("period_start"), cleaned.get("period_end")
        plan = self.instance.plan
        if start and end and not set(range(start.year, end.year + 1)) & set(plan.years):
            self.add_error(
                "period_start",
                _("The plan runs %(years)s: this period lies outside it.") % {"years": plan.years_label},
            )
        if start and cleaned.get("opens_on") and cleaned["opens_on"] < start:
            self.add_error("opens_on", _("Reporting cannot open before the period has begun."))
        return cleaned

    @property
    def changed_fields(self):
        return [name for name in self.changed_data if name in self._meta.fields]
