"""Who answers for a report: an officer with name and post, who need not be the person who presses the button."""

from dataclasses import dataclass

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.permissions import Permission, require_permission
from monitoring.cells import tidy_text
from monitoring.handing_in import why_locked
from monitoring.models import Submission
from monitoring.operations.reporting import DraftLocked

#: The longest name and post (characters): their columns hold no more.
LENGTH = 150


@dataclass(frozen=True, slots=True)
class Officer:
    name: str = ""
    post: str = ""

    def __bool__(self):
        return bool(self.name or self.post)

    def __str__(self):
        return ", ".join(part for part in (self.name, self.post) if part)


def proposed_officers(submissions, user):
    """submission id → the Officer to propose: the one named on it, else the one whom the institution named last.

    Where it never named one: the person who hands it in. One query, or none.
    """
    submissions = list(submissions)
    own = {one.pk: Officer(one.officer_name, one.officer_post) for one in submissions}
    institutions = {one.institution_id for one in submissions if not own[one.pk]}
    last = {}
    if institutions:
        rows = (
            Submission.objects.filter(
                institution__in=institutions, round__plan__in={one.round.plan_id for one in submissions}
            )
            .exclude(officer_name="", officer_post="")
            .order_by("round__period_end", "submitted_at", "pk")
        )
        last = {one.institution_id: Officer(one.officer_name, one.officer_post) for one in rows}
    myself = Officer(str(user), user.post or _("Focal point"))
    return {one.pk: own[one.pk] or last.get(one.institution_id, myself) for one in submissions}


@transaction.atomic
def name_officer(*, submissions, officer, by, at):
    """Writes who answers for submissions that are still with their institution. Two queries, however many.

    Half of an Officer is fine here: handing in asks for both (forms/officer.py). Raises PermissionDenied, DraftLocked, or
    ValidationError by field of Submission; nothing is written then.
    """
    locked = list(
        Submission.objects.select_for_update(of=("self",))
        .select_related("round", "accountable")
        .filter(pk__in=[one.pk for one in submissions])
        .order_by("pk")
    )
    for one in locked:
        require_permission(by, Permission.EDIT_SUBMISSION, one)
        reason = why_locked(one, at)
        if reason:
            raise DraftLocked(reason, one)
    told = {"officer_name": tidy_text(officer.name), "officer_post": tidy_text(officer.post)}
    too_long = _("This text has %(length)d characters; at most %(most)d fit.")
    errors = {
        name: too_long % {"length": len(text), "most": LENGTH}
        for name, text in told.items()
        if len(text) > LENGTH
    }
    if errors:
        raise ValidationError(errors)
    changed = [one.pk for one in locked if any(getattr(one, name) != text for name, text in told.items())]
    if changed:
        with pghistory.context(user=by.pk, action="name officer"):
            Submission.objects.filter(pk__in=changed).update(**told)
