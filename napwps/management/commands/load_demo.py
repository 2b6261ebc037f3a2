"""manage.py load_demo [--on YYYY-MM-DD]: the demonstration of DOMAIN.md, once."""

from datetime import date

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from napwps.demo.load import DemoClash, load
from napwps.demo.people import password


class Command(BaseCommand):
    help = (
        "Loads the demonstration: a plan with three reporting rounds. Does nothing when it is there already."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--on",
            metavar="YYYY-MM-DD",
            help="the day on which the demonstration stands; today when left out",
        )

    def handle(self, *, on=None, **options):
        if not settings.DEMO:
            raise CommandError(
                _(
                    "The demo's passwords are known to everybody, so it is loaded where DEMO=1 is set only. "
                    "`bin/demo` sets it."
                )
            )
        try:
            anchor = date.fromisoformat(on) if on else timezone.localdate()
        except ValueError as error:
            raise CommandError(_("--on %(day)s is no date: write YYYY-MM-DD.") % {"day": on}) from error
        try:
            validate_password(password())
            loaded = load(anchor=anchor)
        except ValidationError as error:
            raise CommandError(
                _("DEMO_PASSWORD is too weak: %(why)s") % {"why": " ".join(error.messages)}
            ) from error
        except (ValueError, DemoClash) as error:
            raise CommandError(str(error)) from error
        if loaded.is_new:
            self.stdout.write(
                _("The demo is loaded as of %(day)s: rounds %(rounds)s.")
                % {"day": anchor.isoformat(), "rounds": ", ".join(loaded.rounds)}
            )
        else:
            self.stdout.write(_("The demo is there already; nothing was changed."))
