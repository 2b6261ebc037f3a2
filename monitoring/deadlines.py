"""When things are due, and why a submission cannot be changed, in words; groups and exceptions of a round counted."""

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from frameworks.models import Indicator
from monitoring.due import with_reporters
from monitoring.models import Submission


def with_own_deadlines(rounds):
    """Annotates `has_own_deadlines`: whether somebody in the round is due on another day than the rest."""
    own = Submission.objects.filter(round=OuterRef("pk"), own_due_on__isnull=False)
    return rounds.annotate(has_own_deadlines=Exists(own))


class Deadlines:
    """When an indicator is due in a round: on the latest deadline of those who report it.

    rounds: with `has_own_deadlines`. No query when nobody has a deadline of their own, else two. Once a round is published,
    nobody can report any more: then its own deadline counts.
    """

    def __init__(self, rounds, indicator_ids):
        asked = [one.pk for one in rounds if one.has_own_deadlines and one.published_at is None]
        self.own, self.reporters = {}, {}
        if not asked:
            return
        days = Submission.objects.filter(round__in=asked, own_due_on__isnull=False)
        for round, institution, pillar, day in days.values_list(
            "round", "institution", "pillar", "own_due_on"
        ):
            self.own[round, institution, pillar] = day
        for one in with_reporters(Indicator.objects.filter(pk__in=indicator_ids)):
            self.reporters[one.pk] = one.reporters

    def of(self, indicator, round):
        reporters = self.reporters.get(indicator.pk, ())
        days = (self.own.get((round.pk, one, indicator.pillar_id), round.due_on) for one in reporters)
        return max(days, default=round.due_on)


def _day(day):
    return date_format(day, "j F Y")


def own_dates_text(submission, on):
    """What the institution should know of dates that are its own, in words; "" when it reports by the round's. No query."""
    words = {
        "round": submission.round,
        "opens": _day(submission.opens_on),
        "due": _day(submission.due_on),
        "closes": _day(submission.closes_on),
    }
    if submission.round.published_at is not None or not submission.has_own_dates:
        return ""
    if submission.is_reopened(on):
        words["until"] = _day(submission.reopened_until)
        if submission.own_due_on == submission.reopened_until:
            return _("Your institution was given more time: its report is due on %(until)s.") % words
        return (
            _("Round %(round)s is open to your institution again, until %(until)s. The deadline was %(due)s.")
            % words
        )
    if submission.own_opens_on is not None:
        return (
            _(
                "Your group of institutions has dates of its own: reporting opens on %(opens)s, is due on %(due)s and closes "
                "on %(closes)s."
            )
            % words
        )
    return ""


def locked_by_dates(submission, on):
    """Why the dates do not let an institution report on that day, in words, and what to do; "" when they do. No query."""
    round = submission.round
    if round.published_at is None and submission.accepts(on):
        return ""
    closed = timezone.localdate(round.closed_at) if round.closed_at else None
    words = {
        "round": round,
        "opens": _day(submission.opens_on),
        "closed": _day(closed or submission.closes_on),
        "until": _day(submission.reopened_until) if submission.reopened_until else "",
    }
    return f"{_why(submission, on) % words} {_what_to_do(submission, on) % words}"


def _why(submission, on):
    round = submission.round
    if round.published_at is not None:
        return _("The figures of round %(round)s are published.")
    if round.opened_at is None:
        return _("Round %(round)s has not opened yet.")
    if on < submission.opens_on:
        if submission.own_opens_on:
            return _("Round %(round)s has not opened yet for your group of institutions.")
        return _("Round %(round)s has not opened yet.")
    if submission.reopened_until is not None:
        return _("The time that your institution was given in round %(round)s ended on %(until)s.")
    if round.closed_at is not None:
        return _("Round %(round)s is closed. The secretariat closed it on %(closed)s.")
    if submission.own_closes_on:
        return _("Round %(round)s is closed for your group of institutions. Its last day was %(closed)s.")
    return _("Round %(round)s is closed. Its last day was %(closed)s.")


def _what_to_do(submission, on):
    round = submission.round
    if round.published_at is not None:
        return _("If something is wrong in them, tell the secretariat.")
    if round.opened_at is None or on < submission.opens_on:
        return _("Reporting begins on %(opens)s.")
    return _("Ask the secretariat: it can let your institution report again.")
