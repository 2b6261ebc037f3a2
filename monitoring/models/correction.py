"""What is done about an activity that does not go as planned."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.models.submission import ActivityProgress


@pghistory.track()
class CourseCorrection(models.Model):
    """What is done about an activity that does not go as planned: why, what, who and until when. Required when delayed."""

    progress = models.ForeignKey(ActivityProgress, on_delete=models.CASCADE, related_name="corrections")
    order = models.PositiveSmallIntegerField(default=0)
    cause = models.TextField(_("cause"), blank=True)
    measure = models.TextField(_("measure"), blank=True)
    owner = models.CharField(_("who does it"), max_length=200, blank=True)
    due_on = models.DateField(_("until"), null=True, blank=True)
    is_done = models.BooleanField(_("done"), default=False)

    class Meta:
        verbose_name = _("course correction")
        verbose_name_plural = _("course corrections")
        ordering = ["progress", "order", "pk"]

    @property
    def is_complete(self):
        return bool(self.cause.strip() and self.measure.strip() and self.owner.strip() and self.due_on)
