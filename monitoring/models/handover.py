"""What a focal point who leaves hands to whoever comes next."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from frameworks.models.base import ScopedQuerySet


class HandoverQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """The secretariat's, the leaver's, and that of whoever speaks for the institution now (or for what it merged into)."""
        from frameworks.permissions import Permission, is_everywhere, scope_filter

        if not user.is_authenticated:
            return self.none()
        if is_everywhere(user, Permission.MANAGE_SEATS):
            return self.all()  # an empty condition would vanish beside the others
        return self.filter(
            scope_filter(user, Permission.MANAGE_SEATS, plan="plan")
            | scope_filter(user, Permission.EDIT_SUBMISSION, plan="plan", institution="institution")
            | scope_filter(
                user, Permission.EDIT_SUBMISSION, plan="plan", institution="institution__merged_into"
            )
            | models.Q(leaver=user)
        )

    def open_in(self, plan, user):
        """The sheets of a plan that nobody has taken over yet and that the user may read, newest first, with their people."""
        return (
            self.visible_to(user)
            .filter(plan=plan, taken_at__isnull=True)
            .select_related("leaver", "institution", "membership")
            .order_by("-made_at", "-pk")
        )


@pghistory.track(exclude=["content"])
class Handover(models.Model):
    """One sheet for each term of a focal point that ends. `content` is what stood open on the day it was made."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, related_name="handovers")
    seat = models.ForeignKey("frameworks.Seat", on_delete=models.CASCADE, related_name="handovers")
    membership = models.OneToOneField(
        "frameworks.Membership", on_delete=models.CASCADE, related_name="handover"
    )
    institution = models.ForeignKey(
        "frameworks.Institution", on_delete=models.PROTECT, related_name="handovers"
    )
    leaver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="handovers")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made"))
    content = models.JSONField(default=dict)
    contacts = models.TextField(_("contacts"), blank=True, help_text=_("Who to ask in the institution."))
    data_sources = models.TextField(_("where the figures come from"), blank=True)
    notes = models.TextField(_("notes for the successor"), blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    noted_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(_("taken over"), null=True, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover sheet")
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return f"{self.institution} · {self.leaver}"
