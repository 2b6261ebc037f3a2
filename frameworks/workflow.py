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
    """One arrow of a state table. What it does, it does to many at once: its functions get the list of subjects.

    permissions: any one of them is enough. target: a state, or a function (subjects, by) → {subject: state} for arrows whose
    end depends on others (the second of two endorsements). check: (subjects, by, at) → {subject: why not} for what this
    person cannot do with it. gate: (subjects, at) → {subject: list of problems}, what is missing first. effect: (subjects,
    by, at, comment) → names of further changed fields, run before saving. after: (subjects, by, at), run after saving, inside
    the same transaction.
    """

    action: str
    label: str
    sources: tuple
    target: str | Callable
    permissions: tuple
    comment_required: bool = False
    comment_label: str = ""
    tone: str = "primary"
    check: Callable | None = None
    gate: Callable | None = None
    effect: Callable | None = None
    after: Callable | None = None
    applies: Callable | None = (
        None  # (subject, by) → bool: hides a button that would do nothing for this person
    )
    scope: Callable | None = (
        None  # subject → what the permissions are asked of, where that is not the subject (another's part of one's report)
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one subject of many. `subject` as it is now; `error`: why it stayed as it was, None when it went."""

    subject: object
    error: Exception | None = None

    @property
    def problem(self):
        """The error in words; "" when it went through."""
        if isinstance(self.error, GateClosed):
            return "; ".join(str(problem) for problem in self.error.problems)
        if isinstance(self.error, ValidationError):
            return " ".join(self.error.messages)
        return str(self.error) if self.error else ""


_TABLES = {}


def register(model, transitions):
    """Makes a table of transitions the one that rules `model`. Called once, at start-up."""
    _TABLES[model] = {arrow.action: arrow for arrow in transitions}


_FOLLOWERS = {}


def follow(model, function):
    """Registers `function(subjects, action=…, by=…, at=…)`: told of every step of `model`, inside its transaction."""
    followers = _FOLLOWERS.setdefault(model, [])
    if function not in followers:
        followers.append(function)
    return function


def _arrow(subject, action):
    try:
        return _TABLES[type(subject)][action]
    except KeyError:
        raise LookupError(f"{type(subject).__name__} has no action {action!r}.") from None


def _may(user, arrow, subject):
    scope = arrow.scope(subject) if arrow.scope else subject
    return any(has_permission(user, permission, scope) for permission in arrow.permissions)


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
    outcomes = transition_all(subjects=[subject], action=action, by=by, at=at, comment=comment)
    if not outcomes:
        raise type(subject).DoesNotExist(f"{type(subject).__name__} {subject.pk} is gone.")
    (outcome,) = outcomes
    if outcome.error:
        raise outcome.error
    return outcome.subject


@transaction.atomic
def transition_all(*, subjects, action, by, at, comment="", meanwhile=None):
    """Takes `action` on each of `subjects` (of one model): the same door, once for all, in one transaction.

    Each has its permission, its state and its gate checked and its step recorded; one that is refused stays as it was and
    does not hold up the others. Returns an Outcome for each, in the order of their ids. Raises PermissionDenied when any of
    them is not this person's to act on, ValidationError for the comment; then nothing is changed. Queries: a fixed number.

    meanwhile: (subject as it is now) → an error, or None: what has happened to it since the person looked.
    """
    if not subjects:
        return []
    arrow, model = _arrow(subjects[0], action), type(subjects[0])
    # `of=("self",)` so that only the rows themselves are locked, not those that they join; in one order, so that two people
    # who act on the same ones wait for each other and do not stand in each other's way.
    fresh = list(
        model._base_manager.select_for_update(of=("self",))
        .select_related(*getattr(model, "WORKFLOW_RELATED", ()))
        .filter(pk__in=[one.pk for one in subjects])
        .order_by("pk")
    )
    if not all(_may(by, arrow, one) for one in fresh):
        raise PermissionDenied(_("Your seats do not allow this."))
    errors = {}
    _refuse(errors, fresh, {one: meanwhile(one) for one in fresh} if meanwhile else {})
    moved = [one for one in fresh if one not in errors and one.state not in arrow.sources]
    _refuse(errors, fresh, _conflicts(moved, arrow))
    comment = _tidy(comment, arrow, required=len(errors) < len(fresh))
    if arrow.check:
        refused = arrow.check(_left(fresh, errors), by, at)
        _refuse(errors, fresh, {one: ValidationError(why) for one, why in refused.items()})
    if arrow.gate:
        missing = arrow.gate(_left(fresh, errors), at)
        _refuse(errors, fresh, {one: GateClosed(problems) for one, problems in missing.items() if problems})
    going = _left(fresh, errors)
    if going:
        _go(going, arrow, by, at, comment)
    return [Outcome(one, errors.get(one)) for one in fresh]


def _left(subjects, errors):
    return [one for one in subjects if one not in errors]


def _refuse(errors, subjects, found):
    """Adds what was found to `errors`; the first reason counts."""
    errors |= {one: found[one] for one in subjects if one not in errors and found.get(one)}


def _tidy(comment, arrow, *, required):
    comment = comment.replace("\x00", "").strip()
    if len(comment) > COMMENT_LENGTH:
        raise ValidationError(
            {
                "comment": _("This text has %(length)d characters; at most %(most)d fit.")
                % {"length": len(comment), "most": COMMENT_LENGTH}
            }
        )
    if required and arrow.comment_required and not comment:
        raise ValidationError(
            {"comment": _("Write a note: the other side needs to know why.")}, code="required"
        )
    return comment


def _go(subjects, arrow, by, at, comment):
    model = type(subjects[0])
    before = {one: one.state for one in subjects}
    changed = {"state"}
    with pghistory.context(user=by.pk, action=arrow.action, reason=comment):
        if arrow.effect:
            changed |= set(arrow.effect(subjects, by, at, comment) or [])
        targets = (
            arrow.target(subjects, by) if callable(arrow.target) else dict.fromkeys(subjects, arrow.target)
        )
        for one in subjects:
            one.state = targets[one]
        model._base_manager.bulk_update(subjects, sorted(changed))
        kind = ContentType.objects.get_for_model(model)
        StateChange.objects.bulk_create(
            StateChange(
                subject_type=kind,
                subject_id=one.pk,
                action=arrow.action,
                from_state=before[one],
                to_state=one.state,
                by=by,
                at=at,
                comment=comment,
            )
            for one in subjects
        )
        if arrow.after:
            arrow.after(subjects, by, at)
        for function in _FOLLOWERS.get(model, ()):
            function(subjects, action=arrow.action, by=by, at=at)


def _conflicts(subjects, arrow):
    """subject → StateConflict, in words: who changed it in the meantime. One query."""
    if not subjects:
        return {}
    kind = ContentType.objects.get_for_model(type(subjects[0]))
    changes = StateChange.objects.filter(subject_type=kind, subject_id__in=[one.pk for one in subjects])
    last = {change.subject_id: change for change in changes.select_related("by").order_by("at", "pk")}
    return {one: StateConflict(_conflict_message(one, arrow, last.get(one.pk)), one) for one in subjects}


def _conflict_message(subject, arrow, last):
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
