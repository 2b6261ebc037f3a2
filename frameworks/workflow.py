"""The one door for state changes (DESIGN.md, rule 1).

Each app keeps a table of `Transition`s beside its models and registers it for a model; the model has a `state` field.
Page, API, command and test all call `transition()`; buttons come from `available_actions()`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pghistory
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frameworks.models import StateChange
from frameworks.permissions import has_permission

#: The longest comment of a step (characters): it stands on pages and in reports.
COMMENT_LENGTH = 20_000


class StateConflict(Exception):
    """The subject is no longer in a state from which the action can be taken (HTTP 409).

    `subject` is the row as it is now; `str(error)` says in words what happened meanwhile.
    """

    def __init__(self, message, subject):
        super().__init__(message)
        self.subject = subject


class GateClosed(ValidationError):
    """The action is allowed, but something is missing first. `.problems` lists what, in words (HTTP 422 / form errors)."""

    def __init__(self, problems):
        super().__init__([str(problem) for problem in problems])
        self.problems = problems


@dataclass(frozen=True)
class Transition:
    """One arrow of a state table.

    permissions: any one of them is enough. target: a state, or a function (subject, by) → state for arrows whose end
    depends on others (the second of two endorsements). gate: (subject, at) → list of problems; the action is refused
    while there are any. effect: (subject, by, at, comment) → names of further changed fields, run before saving.
    after: (subject, by, at) run after saving, inside the same transaction.
    """

    action: str
    label: str
    sources: tuple
    target: str | Callable
    permissions: tuple
    comment_required: bool = False
    comment_label: str = ""
    tone: str = "primary"
    gate: Callable | None = None
    effect: Callable | None = None
    after: Callable | None = None
    applies: Callable | None = (
        None  # (subject, by) → bool: hides a button that would do nothing for this person
    )


_TABLES = {}


def register(model, transitions):
    """Makes a table of transitions the one that rules `model`. Called once, at start-up."""
    _TABLES[model] = {arrow.action: arrow for arrow in transitions}


def _arrow(subject, action):
    try:
        return _TABLES[type(subject)][action]
    except KeyError:
        raise LookupError(f"{type(subject).__name__} has no action {action!r}.") from None


def _may(user, arrow, subject):
    return any(has_permission(user, permission, subject) for permission in arrow.permissions)


def available_actions(subject, user):
    """The transitions that `user` may take on `subject` now, in the order of the table; what the buttons show."""
    return [
        arrow
        for arrow in _TABLES[type(subject)].values()
        if subject.state in arrow.sources
        and _may(user, arrow, subject)
        and (arrow.applies is None or arrow.applies(subject, user))
    ]


@transaction.atomic
def transition(*, subject, action, by, at, comment=""):
    """Takes `action` on `subject` and returns the subject as it is then.

    Raises PermissionDenied (403), StateConflict (409: somebody was faster), GateClosed or ValidationError (what is
    missing, in words). Nothing is changed when it raises.
    """
    arrow = _arrow(subject, action)
    # `of=("self",)` so that only this row is locked, not those that it joins.
    fresh = type(subject)._base_manager.select_for_update(of=("self",)).get(pk=subject.pk)
    if not _may(by, arrow, fresh):
        raise PermissionDenied(_("Your seats do not allow this."))
    if fresh.state not in arrow.sources:
        raise StateConflict(_conflict_message(fresh, arrow), fresh)
    comment = comment.replace("\x00", "").strip()
    if len(comment) > COMMENT_LENGTH:
        raise ValidationError(
            {
                "comment": _("This text has %(length)d characters; at most %(most)d fit.")
                % {"length": len(comment), "most": COMMENT_LENGTH}
            }
        )
    if arrow.comment_required and not comment:
        raise ValidationError(
            {"comment": _("Write a note: the other side needs to know why.")}, code="required"
        )
    if arrow.gate:
        problems = arrow.gate(fresh, at)
        if problems:
            raise GateClosed(problems)
    before = fresh.state
    changed = ["state"]
    with pghistory.context(user=by.pk, action=action, reason=comment):
        if arrow.effect:
            changed += arrow.effect(fresh, by, at, comment) or []
        fresh.state = arrow.target(fresh, by) if callable(arrow.target) else arrow.target
        fresh.save(update_fields=sorted(set(changed)))
        StateChange.objects.create(
            subject_type=ContentType.objects.get_for_model(type(fresh)),
            subject_id=fresh.pk,
            action=action,
            from_state=before,
            to_state=fresh.state,
            by=by,
            at=at,
            comment=comment,
        )
        if arrow.after:
            arrow.after(fresh, by, at)
    return fresh


def _conflict_message(subject, arrow):
    last = history_of(subject).order_by("-at", "-pk").first()
    if last is None:
        return _("“%(action)s” is not possible now: this is %(state)s.") % {
            "action": arrow.label,
            "state": subject.get_state_display().lower(),
        }
    return _(
        "“%(action)s” is not possible any more: %(who)s changed this to “%(state)s” in the meantime."
    ) % {
        "action": arrow.label,
        "who": last.by or _("the system"),
        "state": subject.get_state_display(),
    }


def history_of(subject):
    """The recorded steps of a subject, oldest first, with who took them."""
    return StateChange.objects.filter(
        subject_type=ContentType.objects.get_for_model(type(subject)), subject_id=subject.pk
    ).select_related("by")
