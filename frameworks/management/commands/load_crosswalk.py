"""manage.py load_crosswalk: the standard external frameworks and their provisions."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from frameworks.operations.crosswalk import load_standard_frameworks


class Command(BaseCommand):
    help = "Adds the standard external frameworks (ASEAN RPA WPS, UNSCR 1325 and on, CEDAW, SDG, Beijing) that are missing."

    def handle(self, **options):
        loaded = load_standard_frameworks()
        if loaded.frameworks or loaded.provisions:
            self.stdout.write(
                _("Added: %(frameworks)s frameworks, %(provisions)s provisions.")
                % {"frameworks": loaded.frameworks, "provisions": loaded.provisions}
            )
        else:
            self.stdout.write(_("The standard frameworks are there already; nothing was changed."))
