"""Report runs as pages show them: their number, signs of life, size, and whether they can be asked for again."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from frameworks.permissions import Permission, has_permission
from monitoring.models import ReportRun
from monitoring.models.report import RunState


class Step(models.TextChoices):
    """The steps of a run, stored as keys; the words are made for whoever looks."""

    FIGURES = "figures", _("Bringing the figures up to date")
    READING = "reading", _("Reading what was reported")
    PAGES = "pages", _("Laying out the pages")
    SAVING = "saving", _("Saving the file")


def step_text(run):
    """What the worker is doing, in words."""
    return Step(run.step).label if run.step in Step.values else _("Starting")


def silence():
    """How long a run may be silent before it is taken for stopped."""
    return timedelta(seconds=settings.REPORT_SILENCE_SECONDS)


def is_silent(run, *, at):
    """Whether an active run has given no sign of life for too long: a person may ask for it again."""
    return run.is_active and run.heartbeat_at < at - silence()


def numbered(runs=None):
    """Runs with `number`: which one of its plan, round, kind and pillar it is. Counts failed ones, so that none is given twice."""
    same = (
        ReportRun.objects.filter(
            plan=OuterRef("plan"), round=OuterRef("round"), kind=OuterRef("kind"), pk__lte=OuterRef("pk")
        )
        .annotate(of_pillar=Coalesce("pillar_id", Value(0)))
        .filter(of_pillar=Coalesce(OuterRef("pillar_id"), Value(0)))
        .order_by()
        .values("plan")
        .annotate(number=Count("pk"))
        .values("number")
    )
    runs = ReportRun.objects.all() if runs is None else runs
    return runs.annotate(number=Subquery(same))


def listed(user):
    """The runs that `user` may see, with what a list shows of them and without their data. Newest first."""
    return (
        numbered(ReportRun.objects.visible_to(user))
        .select_related("plan", "round", "pillar", "requested_by")
        .defer("snapshot")
    )


def prepared(runs, *, user, at):
    """The same runs as a list, each with `is_silent`, `may_retry` and `size` (bytes; None without a file)."""
    runs = list(runs)
    for run in runs:
        run.is_silent = is_silent(run, at=at)
        stopped = run.state == RunState.FAILED or run.is_silent
        run.may_retry = stopped and has_permission(user, Permission.GENERATE_REPORT, run)
        run.size = _size(run)
    return runs


def _size(run):
    if run.state != RunState.DONE:
        return None
    try:
        return run.file.size
    except OSError:  # the file was removed behind our back: the row still tells of the run
        return None
