"""What one institution reports in one round on one pillar.

DOMAIN.md calls a submission "what one institution reports in one round". Its review is a pillar's affair: the police sit
in all four working groups, and one group's return must not unlock what another has endorsed. So the row is
institution × round × pillar; the focal point sees one list and may submit all of it at once. What an institution tells of
activities that another one answers for is a row of its own, with that one as `accountable`: a part, handed to the
accountable lead, which submits it with its own report.
"""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices
from frameworks.models import Lead
from frameworks.models.indicator import figure_field
from frameworks.permissions import Permission, scope_filter
from monitoring.models.dates import OwnDates, OwnDatesQuerySet


class SubmissionState(ToneChoices):
    DRAFT = "draft", _("Draft"), "neutral", "pencil"
    CONTRIBUTED = "contributed", _("Handed to the lead"), "info", "inbox"
    SUBMITTED = "submitted", _("Submitted"), "info", "send"
    RETURNED = "returned", _("Returned"), "warn", "undo"
    ACCEPTED = "accepted", _("Accepted"), "ok", "check"
    ENDORSED = "endorsed", _("Endorsed"), "good", "check-double"


#: With the ministry; with (or past) the reviewers. A returned submission is the ministry's to change again: until it
#: comes back nobody else reads it.
EDITABLE_STATES = (SubmissionState.DRAFT, SubmissionState.RETURNED)
REVIEWABLE_STATES = (SubmissionState.SUBMITTED, SubmissionState.ACCEPTED, SubmissionState.ENDORSED)
OFFICIAL_STATES = (SubmissionState.ACCEPTED, SubmissionState.ENDORSED)
#: Out of the hands of who wrote it: a part of a joint lead is read by the accountable lead in these.
GIVEN_STATES = (SubmissionState.CONTRIBUTED, *REVIEWABLE_STATES)


class ActivityStatus(ToneChoices):
    """Vocabulary 1 of DOMAIN.md."""

    NOT_DUE = "not_due", _("Not due"), "muted", "circle-dashed"
    NOT_STARTED = "not_started", _("Not started"), "neutral", "circle"
    ON_TRACK = "on_track", _("On track"), "ok", "play"
    DELAYED = "delayed", _("Delayed"), "warn", "clock"
    COMPLETED = "completed", _("Completed"), "good", "check-circle"
    CONTINUOUS = "continuous", _("Continuous"), "info", "loop"
    DEFERRED = "deferred", _("Deferred"), "neutral", "pause"
    CANCELLED = "cancelled", _("Cancelled"), "muted", "x-circle"


#: These two need a reason (DOMAIN.md, vocabulary 1).
STATUSES_NEEDING_REASON = (ActivityStatus.DEFERRED, ActivityStatus.CANCELLED)


class SubmissionQuerySet(OwnDatesQuerySet):
    def visible_to(self, user):
        """Own institution's: always. The reviewers', secretariat's and monitoring team's: once submitted.

        Nobody reads another institution's draft, nor a returned submission while it is being changed. What an institution
        handed in before it was merged into another is read by those who report for that one. The part of a joint lead is
        read by the accountable lead as well, from when it was handed to it.
        """
        own = scope_filter(user, Permission.EDIT_SUBMISSION, plan="round__plan", institution="institution")
        own |= scope_filter(
            user, Permission.EDIT_SUBMISSION, plan="round__plan", institution="institution__merged_into"
        )
        others = scope_filter(
            user, Permission.VIEW_SUBMISSIONS, plan="round__plan", institution="institution", pillar="pillar"
        )
        return self.filter(
            own
            | (others & Q(state__in=REVIEWABLE_STATES))
            | (self._answered_for(user) & Q(state__in=GIVEN_STATES))
        )

    @staticmethod
    def _answered_for(user):
        """A Q for the parts of other leads that belong to what the user's institutions answer for."""
        return scope_filter(
            user, Permission.EDIT_SUBMISSION, plan="round__plan", institution="accountable"
        ) | scope_filter(
            user, Permission.EDIT_SUBMISSION, plan="round__plan", institution="accountable__merged_into"
        )

    def board_visible_to(self, user):
        """Rows whose existence and state (not content) the user may see: the submission board counts drafts too."""
        board = scope_filter(user, Permission.VIEW_DASHBOARD, plan="round__plan")
        content = scope_filter(
            user, Permission.VIEW_SUBMISSIONS, plan="round__plan", institution="institution", pillar="pillar"
        )
        return self.filter(board | content)

    def reported_by(self, user):
        """The submissions of the institutions that the user reports for, in any state."""
        return self.filter(
            scope_filter(user, Permission.EDIT_SUBMISSION, plan="round__plan", institution="institution")
        )

    def editable_by(self, user):
        return self.reported_by(user).filter(state__in=EDITABLE_STATES)

    def overdue(self, on):
        """Still with the ministry after its deadline (computed, never stored)."""
        return self.past_due(on).filter(state__in=EDITABLE_STATES)

    def with_start(self):
        """Annotates `is_started`: at least one activity has been filled."""
        return self.annotate(is_started=Exists(ActivityProgress.objects.filter(submission=OuterRef("pk"))))


@pghistory.track()
class Submission(OwnDates, models.Model):
    round = models.ForeignKey(
        "frameworks.ReportingRound",
        verbose_name=_("round"),
        on_delete=models.PROTECT,
        related_name="submissions",
    )
    institution = models.ForeignKey(
        "frameworks.Institution",
        verbose_name=_("institution"),
        on_delete=models.PROTECT,
        related_name="submissions",
    )
    pillar = models.ForeignKey(
        "frameworks.Pillar", verbose_name=_("pillar"), on_delete=models.PROTECT, related_name="submissions"
    )
    state = models.CharField(
        _("state"), max_length=12, choices=SubmissionState.choices, default=SubmissionState.DRAFT
    )
    # How often it was submitted; sign-offs belong to one cycle and fall with a return.
    cycle = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_submitted_at = models.DateTimeField(_("first submitted"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    endorsed_at = models.DateTimeField(_("endorsed"), null=True, blank=True)
    return_note = models.TextField(_("note with the return"), blank=True)
    # The institution on whose activities this is the part of another lead: with them it is handed in. Empty: one's own.
    accountable = models.ForeignKey(
        "frameworks.Institution",
        verbose_name=_("contributes to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contributions",
    )
    contributed_at = models.DateTimeField(_("handed to the lead"), null=True, blank=True)
    contributed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Dates that differ from the round's, from its groups and exceptions (monitoring/operations/calendar.py writes them).
    own_opens_on = models.DateField(_("own opening day"), null=True, blank=True)
    own_due_on = models.DateField(_("own deadline"), null=True, blank=True)
    own_closes_on = models.DateField(_("own closing day"), null=True, blank=True)
    reopened_until = models.DateField(_("reopened until"), null=True, blank=True)
    officer_name = models.CharField(_("accountable officer"), max_length=150, blank=True)
    officer_post = models.CharField(_("post of the officer"), max_length=150, blank=True)

    #: What the one door reads of a submission beside itself (frameworks/workflow.py).
    WORKFLOW_RELATED = ("round", "institution", "pillar", "accountable")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["round", "institution", "pillar"]
        indexes = [models.Index(fields=["round", "state"], name="submission_round_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "institution", "pillar", "accountable"],
                name="submission_once",
                nulls_distinct=False,
                violation_error_message=_(
                    "This institution already has a submission for the round and pillar."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*REVIEWABLE_STATES])
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="submission_submitted_by_someone",
                violation_error_message=_("A submitted report needs a person and a time."),
            ),
            models.CheckConstraint(
                condition=Q(accountable__isnull=True) | ~Q(accountable=models.F("institution")),
                name="submission_part_of_another",
                violation_error_message=_("An institution does not contribute to itself."),
            ),
            models.CheckConstraint(
                condition=~Q(state="contributed")
                | Q(accountable__isnull=False, contributed_at__isnull=False, contributed_by__isnull=False),
                name="submission_contributed_by_someone",
                violation_error_message=_("A part that was handed to the lead needs a person and a time."),
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_note=""),
                name="submission_return_has_note",
                violation_error_message=_("A return needs a note."),
            ),
        ]

    def __str__(self):
        text = f"{self.institution} · {self.round} · {self.pillar}"
        return f"{text} · {self.accountable}" if self.accountable_id else text

    @property
    def is_part(self):
        """Whether it tells of what another institution answers for, to which it is handed first."""
        return self.accountable_id is not None

    @property
    def officer(self):
        """Who answers for it, with the post; "" while nobody is named."""
        return ", ".join(part for part in (self.officer_name, self.officer_post) if part)

    @property
    def answered_by(self):
        """Id of the institution that answers for it today: who reported, or who that was merged into. Needs `institution`."""
        return self.institution.successor_id

    def permission_scope(self):
        return self.round.plan_id, self.institution_id, self.pillar_id

    @property
    def is_editable(self):
        return self.state in EDITABLE_STATES


class ProgressQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(submission__in=Submission.objects.visible_to(user))

    def official(self):
        return self.filter(submission__state__in=OFFICIAL_STATES)

    def of_accountable(self):
        """What accountable leads told of their activities, or who has been merged into them since.

        Where both told in one round, the word of the one that goes on counts: an activity has one status.
        """
        goes_on = Coalesce("submission__institution__merged_into", "submission__institution")
        accountable = Lead.objects.filter(
            activity=OuterRef("activity"), institution=OuterRef("goes_on"), is_accountable=True
        )
        own = ActivityProgress.objects.filter(
            activity=OuterRef("activity"),
            submission__round=OuterRef("submission__round"),
            submission__institution=OuterRef("goes_on"),
        ).exclude(status="")
        return (
            self.alias(goes_on=goes_on)
            .filter(Exists(accountable))
            .filter(Q(submission__institution__merged_into__isnull=True) | ~Exists(own))
        )


@pghistory.track()
class ActivityProgress(models.Model):
    """One activity in one submission: its status and its story."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="progress")
    activity = models.ForeignKey("frameworks.Activity", on_delete=models.PROTECT, related_name="progress")
    status = models.CharField(_("status"), max_length=12, choices=ActivityStatus.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    narrative = models.TextField(_("progress"), blank=True)
    what_worked = models.TextField(_("what worked"), blank=True)
    what_did_not = models.TextField(_("what did not, and why"), blank=True)
    collaboration = models.TextField(_("collaboration wanted"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    # Raised with every save; a form that was opened on an older version is told (two tabs, two people).
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity progress")
        ordering = ["submission", "activity__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "activity"],
                name="progress_once",
                violation_error_message=_("This activity is already reported."),
            )
        ]


class ValueQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(submission__in=Submission.objects.visible_to(user))

    def totals(self):
        """The figure of the whole, without its breakdowns by category and place."""
        return self.filter(category__isnull=True, place__isnull=True)

    def with_places(self):
        """Rows that know in which places their place lies (IndicatorValue.above)."""
        return self.annotate(
            above_1=F("place__parent"),
            above_2=F("place__parent__parent"),
            above_3=F("place__parent__parent__parent"),
        )


@pghistory.track()
class IndicatorValue(models.Model):
    """One reported figure: the total of an indicator, or one category or place of it.

    Missing is not zero: a blank stays blank, with `no_data_reason` where the ministry gives one (DOMAIN.md, Arithmetic).
    Shares keep numerator and denominator; `value` holds counts, scale levels, yes (1) / no (0), and the rare percentage
    whose parts are not known.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="values")
    indicator = models.ForeignKey("frameworks.Indicator", on_delete=models.PROTECT, related_name="values")
    category = models.ForeignKey(
        "frameworks.Category", on_delete=models.PROTECT, null=True, blank=True, related_name="values"
    )
    place = models.ForeignKey(
        "frameworks.Place", on_delete=models.PROTECT, null=True, blank=True, related_name="values"
    )
    numerator = figure_field(_("numerator"))
    denominator = figure_field(_("denominator"))
    value = figure_field(_("value"))
    text = models.TextField(_("answer in words"), blank=True)
    no_data_reason = models.CharField(_("no data because"), max_length=500, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    objects = ValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator value")
        ordering = ["submission", "indicator", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "indicator", "category", "place"],
                name="value_once",
                nulls_distinct=False,
                violation_error_message=_("This figure is already reported."),
            ),
            models.CheckConstraint(
                condition=(Q(numerator__isnull=True) | Q(numerator__gte=0))
                & (Q(denominator__isnull=True) | Q(denominator__gte=0)),
                name="value_parts_not_negative",
                violation_error_message=_("A numerator or a denominator cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(no_data_reason="")
                | Q(numerator__isnull=True, denominator__isnull=True, value__isnull=True),
                name="value_or_reason",
                violation_error_message=_("Give a figure, or say why there is none; not both."),
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(numerator__isnull=True, denominator__isnull=True),
                name="value_once_only",
                violation_error_message=_("Give numerator and denominator, or a value; not both."),
            ),
        ]

    @property
    def above(self):
        """Ids of the places that its place lies in, the nearest first. Needs `with_places()`."""
        if self.place_id is None:
            return ()
        return tuple(one for one in (self.above_1, self.above_2, self.above_3) if one is not None)

    @property
    def is_blank(self):
        return self.numerator is None and self.denominator is None and self.value is None and not self.text
