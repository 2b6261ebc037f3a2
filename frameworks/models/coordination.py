"""Who sits where: one working group per pillar, and seats with holders and dates. A vacant seat is visible."""

import pghistory
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from frameworks.models.base import ScopedQuerySet
from frameworks.models.people import CO_LEAD_ROLES, GROUP_ROLES, Membership, Role


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


class SeatQuerySet(ScopedQuerySet):
    def with_vacancy(self, on):
        """Annotates `is_vacant`: nobody holds the seat on that day."""
        held = Membership.objects.filter(Membership.active_on(on), seat=OuterRef("pk"))
        return self.annotate(is_vacant=~Exists(held))

    def needing_holder(self):
        """Seats without whose holder the plan's work stops. Ordinary members may sit unnamed."""
        return self.filter(
            closed_on__isnull=True, role__in=[Role.SECRETARIAT, Role.FOCAL_POINT, *CO_LEAD_ROLES]
        )


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
