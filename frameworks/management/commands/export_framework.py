"""manage.py export_framework PLAN FILE"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from frameworks.models import Plan
from frameworks.workbook.export import export_workbook


class Command(BaseCommand):
    help = "Writes the whole framework of a plan as an Excel workbook, to be edited and imported again."

    def add_arguments(self, parser):
        parser.add_argument("plan", metavar="PLAN", help="code of the plan")
        parser.add_argument("file", type=Path)

    def handle(self, *args, **options):
        plan = Plan.objects.filter(code=options["plan"]).first()
        if plan is None:
            raise CommandError(_("There is no plan %(code)s.") % {"code": options["plan"]})
        try:
            with options["file"].open("wb") as file:
                export_workbook(plan, file, at=timezone.now())
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        self.stdout.write(self.style.SUCCESS(_("Written: %(file)s") % {"file": options["file"]}))
