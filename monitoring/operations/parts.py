"""Handing in where several lead an activity: each its part, the accountable lead all of it together."""

from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.workflow import transition, transition_all
from monitoring.models import Submission
from monitoring.parts import load_parts


class PartsMissing(Exception):
    """Parts of other leads have not come in, and nobody has said that the report goes without them. Nothing was changed.

    `parts`: those Parts (monitoring/parts.py), in the order of the names.
    """

    def __init__(self, parts):
        super().__init__(missing_text(parts))
        self.parts = parts


def missing_text(parts):
    """ "MAE (1.1.1), F-FDTL (1.3.1)" of Parts that have not come in."""
    return ", ".join(f"{part.institution} ({', '.join(part.codes) or _('figures')})" for part in parts)


def missing_parts(reports):
    """report id → the Parts of other leads that have not come in."""
    return {pk: [part for part in parts if part.is_missing] for pk, parts in load_parts(reports).items()}


@transaction.atomic
def submit_report(*, submission, by, at, without=()):
    """Submits the report of an institution, and with it the parts that other leads have handed to it.

    without: ids of the parts (submissions) without which it may go: the person has been told and has confirmed. Others that
    have not come in raise PartsMissing: a warning, never a block, because a ministry must not be held up by another one.
    Otherwise as the one door (PermissionDenied, StateConflict, GateClosed).
    """
    fresh = Submission.objects.select_for_update(of=("self",)).select_related("round").get(pk=submission.pk)
    missing = missing_parts([fresh]).get(fresh.pk, []) if fresh.is_editable else []
    done = transition(subject=submission, action="submit", by=by, at=at, comment=_said(missing))
    # Asked last, and undone with it: whoever may not submit, or has something of their own to add, hears that first.
    if any(part.submission.pk not in without for part in missing):
        raise PartsMissing(missing)
    return done


@transaction.atomic
def hand_in_all(*, submissions, by, at):
    """Hands in each of `submissions`, parts to their accountable leads first; returns an Outcome for each.

    Those whose other leads have not handed in their part are left out: they are asked about one by one. Raises
    PermissionDenied for one that is not theirs.
    """
    parts = [one for one in submissions if one.is_part]
    outcomes = transition_all(subjects=parts, action="contribute", by=by, at=at)
    reports = [one for one in submissions if not one.is_part]
    missing = missing_parts(reports)
    complete = [one for one in reports if not missing[one.pk]]
    return outcomes + transition_all(subjects=complete, action="submit", by=by, at=at)


def _said(missing):
    """What stands in the record of the step: the co-leads and later readers see what the report went without."""
    return _("Without the part of %(names)s.") % {"names": missing_text(missing)} if missing else ""
