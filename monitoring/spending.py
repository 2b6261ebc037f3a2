"""The spending that a report tells: what its boxes are called, and which rows of budgets belong to a submission."""

from collections import defaultdict
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from budgets.models import Costing, Expenditure
from budgets.operations.spending import drop_expenditures, freeze_expenditures, unfreeze_expenditures
from frameworks.formatting import format_money
from monitoring.budgeted import Book
from monitoring.models import ActivityProgress

#: The boxes of an activity's spending, by the word that ends their name (`spent-amount`), and the field that each fills.
PARTS = {"amount": "amount", "currency": "currency", "why": "no_data_reason", "comment": "comment"}


def box(part):
    return f"spent-{part}"


def _beside(progress):
    """Whether `progress` (a queryset of ActivityProgress) tells of the activity of an Expenditure, for its institution."""
    return Exists(
        progress.filter(
            activity=OuterRef("activity"),
            submission__institution=OuterRef("institution"),
            submission__round=OuterRef("round"),
        )
    )


def spending_of(submissions):
    """The Expenditures of what `submissions` report on, as one queryset, however many there are."""
    return Expenditure.objects.filter(_beside(ActivityProgress.objects.filter(submission__in=submissions)))


def freeze_spending(submissions, *, at):
    """The reports are handed in: nobody changes their spending. One query, however many."""
    return freeze_expenditures(spending_of(submissions), at=at)


def unfreeze_spending(submissions):
    """The reports were returned: their institutions may change the spending again. One query, however many."""
    return unfreeze_expenditures(spending_of(submissions))


def drop_spending(progress_ids):
    """Removes the spending told beside these ActivityProgress rows, which are no longer asked and about to go.

    Unless the institution tells of the same activity elsewhere: as its part of what another lead answers for.
    """
    going = ActivityProgress.objects.filter(pk__in=progress_ids)
    staying = ActivityProgress.objects.exclude(pk__in=progress_ids)
    return drop_expenditures(Expenditure.objects.filter(_beside(going)).exclude(_beside(staying)))


def spent_text(spent):
    """What an Expenditure or a Spent says, in words; "" when it says nothing. 0 is said, as 0."""
    if spent is None:
        return ""
    said = ""
    if spent.amount is not None:
        said = format_money(spent.amount, spent.currency)
    elif spent.no_data_reason:
        said = _("not known: %(reason)s") % {"reason": spent.no_data_reason}
    return "\n".join(part for part in (said, spent.comment) if part)


def add_money(sheets):
    """Puts what was costed and spent beside the activities of Sheets of one round. Two queries, however many."""
    entries = [(sheet.submission, entry) for sheet in sheets for entry in sheet.entries]
    if not entries:
        return
    round = entries[0][0].round
    activities = {entry.activity.pk for _submission, entry in entries}
    institutions = {submission.institution_id for submission, _entry in entries}
    spent, before, so_far = _spent(round, activities, institutions)
    costed = defaultdict(list)
    rows = (
        Costing.objects.filter(activity__in=activities, year__in=round.years)
        .order_by("activity", "currency")
        .values_list("activity", "currency")
        .annotate(Sum("amount"))
    )
    for activity, currency, amount in rows:
        costed[activity].append((currency, amount))
    for submission, entry in entries:
        key = submission.institution_id, entry.activity.pk
        entry.spending, entry.last_spending = spent.get(key), before.get(key)
        entry.costed, entry.spent_so_far = costed[entry.activity.pk], so_far.get(key, ())


def add_budgets(sheets):
    """Puts the institutions' budget lines beside what Sheets with their money (`add_money`) tell of spending.

    One query, however many activities; where there are budget lines up to two more (monitoring/budgeted.py).
    """
    entries = [(sheet.submission, entry) for sheet in sheets for entry in sheet.entries]
    if not entries:
        return
    round = entries[0][0].round
    book = Book(round.plan, {entry.activity.pk for _submission, entry in entries}, years=round.years)
    for submission, entry in entries:
        key = submission.institution_id, entry.activity.pk
        entry.budget = book.beside(*key, round.years, entry.spent_so_far)


def budgets_of_version(submission, lines):
    """activity id → the Beside of today's budget lines with what a version of the submission says was spent.

    lines: VersionLines of activities (monitoring/versions.py). Two queries; where there are budget lines up to two more.
    """
    round, institution = submission.round, submission.institution_id
    activities = {line.key.activity_id for line in lines}
    book = Book(round.plan, activities, years=round.years)
    _now, _before, so_far = _spent(round, activities, {institution})
    found = {}
    for line in lines:
        key = institution, line.key.activity_id
        reported = [
            one for one in so_far.get(key, ()) if one[3]
        ]  # of earlier rounds; of this one the version's word counts
        said = line.boxes["spending"].raw
        if said and said["amount"] is not None:
            reported.append((Decimal(said["amount"]), said["currency"], round.period_end.year, False))
        found[line.key.activity_id] = book.beside(*key, round.years, reported)
    return found


def _spent(round, activities, institutions):
    """(institution id, activity id) → the Expenditure of the round; → what was last reported before it; → all amounts of the
    round's years, as Book.beside takes them.

    What an institution reported before it was merged into another is what that one reported last.
    """
    now, before, so_far = {}, {}, defaultdict(list)
    rows = (
        Expenditure.objects.filter(
            Q(institution__in=institutions) | Q(institution__merged_into__in=institutions),
            activity__in=activities,
            round__period_end__lte=round.period_end,
        )
        .exclude(~Q(round=round), Q(frozen_at__isnull=True) | Q(amount__isnull=True, no_data_reason=""))
        .select_related("round", "institution")
        .order_by("round__period_end", "pk")
    )
    for row in rows:
        is_earlier, year = row.round_id != round.pk, row.round.period_end.year
        key = row.institution_id, row.activity_id
        if is_earlier:
            key = row.institution.successor_id, row.activity_id
            before[key] = row
        else:
            now[key] = row
        if row.amount is not None and year in round.years:
            so_far[key].append((row.amount, row.currency, year, is_earlier))
    return now, before, so_far
