"""Who sits where: one working group per pillar, and seats with holders and dates. A vacant seat is visible."""

import uuid
from pathlib import Path

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from frameworks.models.base import ScopedQuerySet
from frameworks.models.people import CO_LEAD_ROLES, GROUP_ROLES, Membership, Role


class Side(models.TextChoices):
    """The two sides of a working group, each with its co-lead; both count the same (DOMAIN.md, Glossary)."""

    GOVERNMENT = "government", _("Government")
    CSO = "cso", _("Civil society")


class WorkingGroupQuerySet(ScopedQuerySet):
    plan_path = "pillar__plan"


@pghistory.track()
class WorkingGroup(models.Model):
    """The group of a pillar, chaired by a government AND a CSO co-lead of equal standing (seed, Box 11)."""

    pillar = models.OneToOneField("frameworks.Pillar", on_delete=models.CASCADE, related_name="working_group")
    data_note = models.TextField(_("data-quality note"), blank=True)

    objects = WorkingGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("working group")
        verbose_name_plural = _("working groups")
        ordering = ["pillar"]


class MemberCategory(models.TextChoices):
    """For whom a member of the steering committee sits there (seed, Box 11)."""

    MINISTRY = "ministry", _("Ministry (Director-General level)")
    SECURITY = "security", _("Security institution")
    PARLIAMENT = "parliament", _("Parliament")
    CSO = "cso", _("Civil society (executive director)")
    PARTNER = "partner", _("Development partner (technical staff)")
    OTHER = "other", _("Other")


class SeatQuerySet(ScopedQuerySet):
    def with_vacancy(self, on):
        """Annotates `is_vacant`: nobody holds the seat on that day."""
        held = Membership.objects.filter(Membership.active_on(on), seat=OuterRef("pk"))
        return self.annotate(is_vacant=~Exists(held))

    def needing_holder(self):
        """Seats without whose holder the plan's work stops, whoever chairs or coordinates a body among them, and the
        technical partner's. Ordinary members may sit unnamed."""
        named = [Role.SECRETARIAT, Role.FOCAL_POINT, *CO_LEAD_ROLES, Role.TECHNICAL_PARTNER]
        return self.filter(Q(role__in=named) | Q(is_coordinator=True), closed_on__isnull=True)


@pghistory.track()
class Seat(models.Model):
    """A position with a role and its scope: a plan, and an institution or a working group where the role has one."""

    plan = models.ForeignKey(
        "frameworks.Plan", on_delete=models.CASCADE, null=True, blank=True, related_name="seats"
    )
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    institution = models.ForeignKey(
        "frameworks.Institution",
        verbose_name=_("institution"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="seats",
    )
    working_group = models.ForeignKey(
        WorkingGroup,
        verbose_name=_("working group"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="seats",
    )
    title = models.CharField(
        _("title"), max_length=120, blank=True, help_text=_("For example: Coordinator, Alternate.")
    )
    category = models.CharField(
        _("category of member"), max_length=12, choices=MemberCategory.choices, blank=True
    )
    is_coordinator = models.BooleanField(
        _("chairs or coordinates"), default=False, help_text=_("One of each body.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    closed_on = models.DateField(_("abolished on"), null=True, blank=True)
    holders = models.ManyToManyField("frameworks.User", through="frameworks.Membership", related_name="seats")

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["plan", "role", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(role=Role.ADMINISTRATOR) & Q(plan__isnull=True))
                | (~Q(role=Role.ADMINISTRATOR) & Q(plan__isnull=False)),
                name="seat_has_plan",
                violation_error_message=_("Every seat but the administrator's belongs to a plan."),
            ),
            models.CheckConstraint(
                condition=(Q(role__in=GROUP_ROLES) & Q(working_group__isnull=False))
                | (~Q(role__in=GROUP_ROLES) & Q(working_group__isnull=True)),
                name="seat_has_working_group",
                violation_error_message=_(
                    "Co-leads and members sit in a working group; the other roles do not."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.FOCAL_POINT) | Q(institution__isnull=False),
                name="seat_focal_point_institution",
                violation_error_message=_("A focal point speaks for an institution: choose it."),
            ),
            models.CheckConstraint(
                condition=Q(category="") | Q(role=Role.STEERING_COMMITTEE),
                name="seat_category_of_committee",
                violation_error_message=_("Only members of the steering committee have a category."),
            ),
            models.CheckConstraint(
                # A working group has two co-leads of equal standing and nobody above them.
                condition=Q(is_coordinator=False)
                | Q(role__in=[Role.STEERING_COMMITTEE, Role.MONITORING_TEAM, Role.SECRETARIAT]),
                name="seat_coordinator_of_body",
                violation_error_message=_(
                    "The steering committee, the monitoring team and the secretariat have somebody who coordinates; a "
                    "working group has its two co-leads."
                ),
            ),
            models.UniqueConstraint(
                fields=["plan", "role"],
                condition=Q(is_coordinator=True, closed_on__isnull=True),
                name="seat_one_coordinator",
                violation_error_message=_("Another seat of this body chairs or coordinates it."),
            ),
            models.UniqueConstraint(
                fields=["working_group", "role"],
                condition=Q(role__in=CO_LEAD_ROLES, closed_on__isnull=True),
                name="seat_one_co_lead_of_each_side",
                violation_error_message=_("This working group already has a co-lead of that side."),
            ),
            models.UniqueConstraint(
                fields=["working_group", "institution", "role"],
                condition=Q(role=Role.GROUP_MEMBER, closed_on__isnull=True),
                name="seat_member_once",
                violation_error_message=_("This institution already sits in the working group."),
            ),
        ]

    def __str__(self):
        return self.title or self.get_role_display()


class Body(models.TextChoices):
    """The bodies of a plan that have terms of reference."""

    STEERING_COMMITTEE = "steering_committee", _("Steering committee")
    WORKING_GROUP = "working_group", _("Working group")
    MONITORING_TEAM = "monitoring_team", _("Monitoring team")
    SECRETARIAT = "secretariat", _("Secretariat")


def terms_path(terms, filename):
    """A name that gives nothing away and cannot collide; the user's file name is kept in the row."""
    return f"terms/{terms.public_id}{Path(filename).suffix.lower()}"


@pghistory.track()
class TermsOfReference(models.Model):
    """One version of the terms of reference of a body: text, a file, or both. Versions are added, never changed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="terms_of_reference")
    body = models.CharField(_("body"), max_length=20, choices=Body.choices)
    working_group = models.ForeignKey(
        WorkingGroup,
        verbose_name=_("working group"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="terms_of_reference",
    )
    version = models.PositiveSmallIntegerField(_("version"))
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    file = models.FileField(_("file"), upload_to=terms_path, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    note = models.TextField(_("what is new"), blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("added"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms of reference")
        verbose_name_plural = _("terms of reference")
        ordering = ["plan", "body", "working_group", "-version"]
        # What was adopted stands: a change is a new version, and nothing takes an old one away.
        triggers = [pgtrigger.Protect(name="terms_stand", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "body", "working_group", "version"],
                name="terms_version_once",
                nulls_distinct=False,
                violation_error_message=_("This body already has a version with that number."),
            ),
            models.CheckConstraint(
                condition=(Q(body=Body.WORKING_GROUP) & Q(working_group__isnull=False))
                | (~Q(body=Body.WORKING_GROUP) & Q(working_group__isnull=True)),
                name="terms_of_a_body",
                violation_error_message=_("Say which working group the terms of reference are for."),
            ),
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(file=""),
                name="terms_said",
                violation_error_message=_("Write the terms of reference, or choose their file."),
            ),
        ]

    def __str__(self):
        return f"{self.working_group.pillar if self.working_group_id else self.get_body_display()} {self.version}"
