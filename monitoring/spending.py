"""The spending that a report tells: what its boxes are called, and which rows of budgets belong to a submission."""

from collections import defaultdict

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from budgets.models import Costing, Expenditure
from budgets.operations.spending import drop_expenditures, freeze_expenditures, unfreeze_expenditures
from frameworks.formatting import format_money
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
    spent, before = _spent(round, activities, institutions)
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
        entry.costed = costed[entry.activity.pk]


def _spent(round, activities, institutions):
    """((institution id, activity id) → Expenditure of the round, the same → what was last reported before it).

    What an institution reported before it was merged into another is what that one reported last.
    """
    now, before = {}, {}
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
        if row.round_id == round.pk:
            now[row.institution_id, row.activity_id] = row
        else:
            before[row.institution.merged_into_id or row.institution_id, row.activity_id] = row
    return now, before
