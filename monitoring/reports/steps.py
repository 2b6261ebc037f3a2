"""The steps of a report run, as keys; the words are made for whoever looks."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    FIGURES = "figures", _("Bringing the figures up to date")
    READING = "reading", _("Reading what was reported")
    PAGES = "pages", _("Laying out the pages")
    SAVING = "saving", _("Saving the file")
