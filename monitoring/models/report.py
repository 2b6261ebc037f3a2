"""A report that the worker writes: what was asked for, how far it is, and the file."""

import uuid

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.permissions import Permission, scope_filter


class ReportKind(models.TextChoices):
    """What is written: of a pillar in a round, or for the ministry of finance about years of the plan."""

    PILLAR = "pillar", _("Pillar report")
    BRIEFING = "briefing", _("Budget briefing")


class RunState(ToneChoices):
    QUEUED = "queued", _("Waiting for the worker"), "muted", "clock"
    RUNNING = "running", _("Being written"), "info", "loop"
    DONE = "done", _("Ready"), "good", "check-circle"
    FAILED = "failed", _("Failed"), "bad", "x-circle"


ACTIVE_STATES = (RunState.QUEUED, RunState.RUNNING)


class FileFormat(models.TextChoices):
    """In which further formats a report lies there, beside the PDF. The value is the ending of the file's name."""

    WORD = "docx", _("Word")


def report_path(run, filename):
    return f"reports/{run.public_id}/{filename}"


def report_file_path(further, filename):
    """In the folder of the run, which an attempt that starts again clears."""
    return report_path(further.run, filename)


def years_label(first, last):
    """ "2026–2028", or "2026" for one year."""
    return str(first) if first == last else f"{first}–{last}"


class ReportRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(scope_filter(user, Permission.VIEW_REPORTS, plan="plan"))

    def active(self):
        return self.filter(state__in=ACTIVE_STATES)

    def silent_since(self, moment):
        """Active runs without a sign of life since `moment`."""
        return self.active().filter(heartbeat_at__lt=moment)


@pghistory.track(exclude=["progress", "step", "heartbeat_at", "snapshot"])
class ReportRun(models.Model):
    """One run. `snapshot` is the data that the files were made from, `data_sha256` its checksum: the same data gives the same.

    A pillar report is about a round and a pillar, a briefing about years of the plan: what is not said of one is empty.
    `file` is the PDF; other formats of the same data are ReportFiles.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="report_runs")
    round = models.ForeignKey(
        "frameworks.ReportingRound",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="report_runs",
    )
    pillar = models.ForeignKey(
        "frameworks.Pillar", on_delete=models.PROTECT, null=True, blank=True, related_name="report_runs"
    )
    first_year = models.PositiveSmallIntegerField(_("from"), null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(_("to"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind.choices, default=ReportKind.PILLAR)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    progress = models.PositiveSmallIntegerField(
        _("progress (%)"), default=0, validators=[MaxValueValidator(100)]
    )
    step = models.CharField(_("step"), max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Set for runs that beat makes: a second beat finds the key taken and makes nothing.
    periodic_key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("asked for"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    file = models.FileField(upload_to=report_path, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    data_cut_off = models.DateTimeField(null=True, blank=True)
    data_sha256 = models.CharField(max_length=64, blank=True)
    snapshot = models.JSONField(null=True, blank=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["plan", "-created_at"], name="report_run_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "kind", "round", "pillar", "first_year", "last_year"],
                condition=Q(state__in=ACTIVE_STATES),
                nulls_distinct=False,
                name="report_one_active",
                violation_error_message=_("This report is already being written."),
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(kind=ReportKind.BRIEFING)
                    & Q(round__isnull=False, first_year__isnull=True, last_year__isnull=True)
                )
                | Q(
                    kind=ReportKind.BRIEFING,
                    round__isnull=True,
                    pillar__isnull=True,
                    first_year__isnull=False,
                    last_year__isnull=False,
                    first_year__lte=F("last_year"),
                ),
                name="report_of_a_round_or_of_years",
                violation_error_message=_(
                    "A briefing is about years of the plan, from the first to the last; any other report is about a round."
                ),
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="report_progress_in_bounds"),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(file="") & Q(finished_at__isnull=False)),
                name="report_done_has_file",
                violation_error_message=_("A finished report has a file."),
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(error=""),
                name="report_failure_has_reason",
                violation_error_message=_("A failed report says why."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.subject}"

    @property
    def subject(self):
        """What it is about, without its kind: "Participation 2024", or the years "2026–2028"."""
        if self.kind == ReportKind.BRIEFING:
            return years_label(self.first_year, self.last_year)
        return f"{self.pillar.name} {self.round}" if self.pillar else str(self.round)

    @property
    def is_active(self):
        return self.state in ACTIVE_STATES


class ReportFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(run__in=ReportRun.objects.visible_to(user))


@pghistory.track()
class ReportFile(models.Model):
    """One more format of a finished report, drawn from the same data as its PDF."""

    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="files")
    format = models.CharField(_("format"), max_length=8, choices=FileFormat.choices)
    file = models.FileField(upload_to=report_file_path)
    sha256 = models.CharField(max_length=64)

    objects = ReportFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        ordering = ["run", "format"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "format"],
                name="report_file_once",
                violation_error_message=_("This report is already there in that format."),
            )
        ]
