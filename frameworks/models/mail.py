"""Mail that the application sends: what there is to tell somebody (Notice), and the messages that tell it (OutgoingMail).

A notice is made once for each event and person: its key is unique, however often beat fires. Notices that wait are
gathered into one message a person: a digest rather than a flood.
"""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OutgoingMail(models.Model):
    """One message. It is written when it is made, and tried until it is sent or given up; `error` says why it was not."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="mails"
    )
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(sent_at__isnull=True), name="mail_waiting"),
        ]

    def __str__(self):
        return f"{self.subject} → {self.to}"


@pghistory.track(exclude=["mail"])
class Notice(models.Model):
    """One thing that one person is to be told.

    key: unique for event and person, for example "due/12/7/33". line: one sentence in `user.language`; url: a path of this
    site. is_urgent: goes out at once and to those who want no digests, too.
    """

    key = models.CharField(max_length=200, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    plan = models.ForeignKey("frameworks.Plan", on_delete=models.CASCADE, null=True, related_name="notices")
    kind = models.CharField(_("kind"), max_length=30)
    subject = models.CharField(_("subject"), max_length=200)
    line = models.TextField(_("what there is to tell"))
    url = models.CharField(_("where"), max_length=500, blank=True)
    is_urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("made"))
    mail = models.ForeignKey(
        OutgoingMail, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    # No longer true when its mail was to be written (submitted in the meantime), or not wanted: never sent.
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["user"],
                condition=Q(mail__isnull=True, dropped_at__isnull=True),
                name="notice_waiting",
            ),
        ]

    def __str__(self):
        return self.key
