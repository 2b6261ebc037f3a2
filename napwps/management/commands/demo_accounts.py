"""manage.py demo_accounts: with which addresses one signs in to the demonstration."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from frameworks.models import User
from napwps.demo.people import ACCOUNTS, password


class Command(BaseCommand):
    help = "Prints the accounts of the demonstration: who, e-mail, password, and what to look at."

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError(_("There are demo accounts where DEMO=1 is set only."))
        first = User.objects.filter(email=ACCOUNTS[0].email).first()
        if first is None:
            raise CommandError(_("The demo is not loaded yet. Run: manage.py load_demo"))
        shared = password()
        known = shared if first.check_password(shared) else _("(as when it was loaded)")
        heads = (_("Sign in as"), _("E-mail"), _("Password"), _("What to look at"))
        rows = [(account.display_name, account.email, known, str(account.look_at)) for account in ACCOUNTS]
        widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(3)]
        for row in (heads, tuple("-" * width for width in (*widths, len(heads[3]))), *rows):
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            self.stdout.write("  " + "  ".join((*cells, row[3])).rstrip())
        self.stdout.write(
            "\n  " + _("Without signing in: the published part, as parliament and the public see it.")
        )
