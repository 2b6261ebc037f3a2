"""Report runs as pages show them: their number, signs of life, size, and whether they can be asked for again."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext_lazy as _

from frameworks.permissions import Permission, has_permission
from monitoring.models import ReportFile, ReportRun
from monitoring.models.report import FileFormat, RunState


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


#: What makes two runs of a plan reports on the same. Empty ones count as the same: in SQL nothing equals nothing.
_SAME = ("round_id", "pillar_id", "first_year", "last_year")


def numbered(runs=None):
    """Runs with `number`: which one of its plan, kind and scope it is. Counts failed ones, so that none is given twice."""
    same = (
        ReportRun.objects.filter(plan=OuterRef("plan"), kind=OuterRef("kind"), pk__lte=OuterRef("pk"))
        .annotate(**{f"of_{name}": Coalesce(name, Value(0)) for name in _SAME})
        .filter(**{f"of_{name}": Coalesce(OuterRef(name), Value(0)) for name in _SAME})
        .order_by()
        .values("plan")
        .annotate(number=Count("pk"))
        .values("number")
    )
    runs = ReportRun.objects.all() if runs is None else runs
    return runs.annotate(number=Subquery(same))


def listed(user):
    """The runs that `user` may see, with what a list shows of them and without their data. Newest first."""
    further = ReportFile.objects.filter(run=OuterRef("pk")).order_by("format")
    return (
        numbered(ReportRun.objects.visible_to(user))
        .annotate(stored_files=ArraySubquery(further.values(one=JSONObject(format="format", name="file"))))
        .select_related("plan", "round", "pillar", "requested_by")
        .defer("snapshot")
    )


def prepared(runs, *, user, at):
    """The same runs as a list, each with `is_silent`, `may_retry`, `size` (bytes; None without a file) and `further` formats."""
    runs = list(runs)
    for run in runs:
        run.is_silent = is_silent(run, at=at)
        stopped = run.state == RunState.FAILED or run.is_silent
        run.may_retry = stopped and has_permission(user, Permission.GENERATE_REPORT, run)
        run.size = _size(run.file, run.file.name) if run.state == RunState.DONE else None
        run.further = _further(run)
    return runs


@dataclass(frozen=True, slots=True)
class Further:
    """Another format of a run that lies there to be fetched. size: bytes."""

    format: FileFormat
    size: int


def _further(run):
    found = [
        (FileFormat(one["format"]), _size(run.file, one["name"]))
        for one in run.stored_files
        if run.state == RunState.DONE
    ]
    return [Further(format, size) for format, size in found if size is not None]


def _size(field_file, name):
    try:
        return field_file.storage.size(name)
    except OSError:  # the file was removed behind our back: the row still tells of the run
        return None
