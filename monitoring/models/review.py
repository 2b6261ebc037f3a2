"""What the two co-leads of a pillar say of a submission."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models.coordination import Side
from monitoring.models.submission import ActivityStatus, Submission


class Verdict(ToneChoices):
    ENDORSED = "endorsed", _("Endorsed"), "good", "check"
    DISSENT = "dissent", _("Dissent"), "warn", "flag"


class SignOffQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(submission__in=Submission.objects.visible_to(user))


@pghistory.track()
class SignOff(models.Model):
    """One co-lead's endorsement or dissent on one cycle of a submission.

    Append-only: a co-lead who endorses later leaves the earlier dissent standing beside it for ever (DOMAIN.md, People).
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="sign_offs")
    cycle = models.PositiveSmallIntegerField()
    side = models.CharField(_("side"), max_length=12, choices=Side.choices)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    statement = models.TextField(_("statement"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = SignOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-off")
        ordering = ["submission", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "cycle", "side", "verdict"],
                name="sign_off_once",
                violation_error_message=_("This side has already said so."),
            ),
            models.CheckConstraint(
                condition=~Q(verdict="dissent") | ~Q(statement=""),
                name="dissent_has_statement",
                violation_error_message=_("A dissent needs its text."),
            ),
        ]


class OfSubmissionQuerySet(models.QuerySet):
    """Rows that are read by those who may read their submission."""

    def visible_to(self, user):
        return self.filter(submission__in=Submission.objects.visible_to(user))


class CommentKind(ToneChoices):
    COMMENT = "comment", _("Comment"), "neutral", "pencil"
    EVIDENCE_REQUEST = "evidence", _("Evidence asked for"), "info", "inbox"
    RETURN_NOTE = "return", _("To be changed"), "warn", "undo"


@pghistory.track()
class Comment(models.Model):
    """A word on one line of a submission (an activity or an indicator), or on all of it; answers hang on the first word.

    cycle: the version that it was said of. settled_at: an evidence request or a note to change that is seen to.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="comments")
    cycle = models.PositiveSmallIntegerField()
    activity = models.ForeignKey(
        "frameworks.Activity", on_delete=models.PROTECT, null=True, blank=True, related_name="comments"
    )
    indicator = models.ForeignKey(
        "frameworks.Indicator", on_delete=models.PROTECT, null=True, blank=True, related_name="comments"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    kind = models.CharField(
        _("kind"), max_length=10, choices=CommentKind.choices, default=CommentKind.COMMENT
    )
    text = models.TextField(_("comment"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # How the person spoke ("CSO co-lead, Belun"): a seat may have another holder by the time somebody reads it.
    spoke_as = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(_("at"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = OfSubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["submission", "at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(activity__isnull=True) | Q(indicator__isnull=True),
                name="comment_on_one_line",
                violation_error_message=_("A comment is on one line, or on the whole."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="comment_not_empty",
                violation_error_message=_("Write something."),
            ),
        ]


@pghistory.track()
class CoLeadRating(models.Model):
    """How one side sees an activity's status, beside what the ministry says of it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="ratings")
    cycle = models.PositiveSmallIntegerField()
    activity = models.ForeignKey("frameworks.Activity", on_delete=models.PROTECT, related_name="ratings")
    side = models.CharField(_("side"), max_length=12, choices=Side.choices)
    status = models.CharField(_("status"), max_length=12, choices=ActivityStatus.choices)
    note = models.TextField(_("why"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = OfSubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating by a co-lead")
        ordering = ["submission", "activity", "side"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "cycle", "activity", "side"],
                name="rating_once",
                violation_error_message=_("This side has already rated the activity."),
            )
        ]


class Finding(ToneChoices):
    VERIFIED = "verified", _("Verified"), "good", "check-double"
    DOUBTED = "doubted", _("Could not be verified"), "warn", "flag"


@pghistory.track()
class Verification(models.Model):
    """What the monitoring team found of one reported figure, with its note. It belongs to a version and falls with a return."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="verifications")
    cycle = models.PositiveSmallIntegerField()
    indicator = models.ForeignKey(
        "frameworks.Indicator", on_delete=models.PROTECT, related_name="verifications"
    )
    finding = models.CharField(_("finding"), max_length=10, choices=Finding.choices)
    note = models.TextField(_("how it was checked"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = OfSubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification")
        ordering = ["submission", "indicator", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "cycle", "indicator"],
                name="verification_once",
                violation_error_message=_("This figure is already verified."),
            ),
            models.CheckConstraint(
                condition=~Q(note=""),
                name="verification_has_note",
                violation_error_message=_("Say how it was checked."),
            ),
        ]


class SubmissionVersion(models.Model):
    """What was handed in, word for word, each time: the co-leads see what a resubmission changed. Never altered."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="versions")
    cycle = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    content = models.JSONField()

    objects = OfSubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a submission")
        ordering = ["submission", "cycle"]
        triggers = [pgtrigger.Protect(name="version_stands", operation=pgtrigger.Update)]
        constraints = [models.UniqueConstraint(fields=["submission", "cycle"], name="version_once")]
