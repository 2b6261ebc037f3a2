"""Who answers for an activity may change while a round is open: what was written of it moves to where it is now asked."""

from collections import defaultdict

import pghistory
from django.db import transaction
from django.db.models import Exists, OuterRef

from monitoring.due import due_in
from monitoring.models import ActivityProgress, Evidence, IndicatorValue, Submission
from monitoring.models.submission import EDITABLE_STATES, SubmissionState

_NOT_SUBMITTED = (*EDITABLE_STATES, SubmissionState.CONTRIBUTED)


@transaction.atomic
def settle_drafts(*, round, by=None):
    """Moves what a submission of `round` says of something that it is no longer asked for, while another submission of the
    same institution is. Returns how many rows moved.

    Only what has not been submitted moves, and only to drafts and returned ones; what is there already stays. A draft of a
    part that asks for nothing any more and holds nothing goes.
    """
    submissions = list(
        Submission.objects.filter(round=round, state__in=_NOT_SUBMITTED)
        .select_for_update(of=("self",))
        .select_related("round")
        .order_by("pk")
    )
    due = due_in(submissions)
    homes = {
        "activity": _homes(submissions, due, "activities"),
        "indicator": _homes(submissions, due, "indicators"),
    }
    owners = {one.pk: one.institution_id for one in submissions}
    moved = 0
    with pghistory.context(user=by.pk if by else None, action="settle drafts"):
        for model, item, clashing in (
            (ActivityProgress, "activity", ("activity_id",)),
            (IndicatorValue, "indicator", ("indicator_id", "category_id", "place_id")),
            (Evidence, "activity", ()),
            (Evidence, "indicator", ()),
        ):
            moved += _move(model, item, clashing, homes[item], owners)
        _drop([one for one in submissions if one.is_part and one.cycle == 0 and not due[one.pk]])
    return moved


def _drop(parts):
    empty = Submission.objects.filter(pk__in=[one.pk for one in parts], state=SubmissionState.DRAFT)
    for model in (ActivityProgress, IndicatorValue, Evidence):
        empty = empty.exclude(Exists(model.objects.filter(submission=OuterRef("pk"))))
    empty.delete()


def _homes(submissions, due, what):
    """(institution id, item id) → id of the submission of that institution which is asked for the item now."""
    return {
        (one.institution_id, item.pk): one.pk
        for one in submissions
        if one.is_editable
        for item in getattr(due[one.pk], what)
    }


def _move(model, item, clashing, homes, owners):
    """`clashing`: what may stand in a submission only once; () where anything goes."""
    names = {f"{item}_id", *clashing}
    rows = list(
        model.objects.filter(submission__in=owners, **{f"{item}__isnull": False})
        .order_by("pk")
        .values("pk", "submission_id", *names)
    )

    def place(row, submission):
        return submission, *(row[name] for name in clashing)

    taken = {place(row, row["submission_id"]) for row in rows} if clashing else set()
    moves = defaultdict(list)
    for row in rows:
        home = homes.get((owners[row["submission_id"]], row[f"{item}_id"]))
        if home not in (None, row["submission_id"]) and place(row, home) not in taken:
            moves[home].append(row["pk"])
    for home, ids in moves.items():
        model.objects.filter(pk__in=ids).update(submission=home)
    return sum(map(len, moves.values()))
