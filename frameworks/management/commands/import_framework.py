"""manage.py import_framework FILE --plan CODE [--dry-run] [--reason …] [--remove-missing]"""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from frameworks.imports.parts import UnreadableWorkbook
from frameworks.imports.saving import ImportRefused
from frameworks.models import Plan
from frameworks.workbook.apply import apply_workbook
from frameworks.workbook.parse import read_workbook


class Command(BaseCommand):
    help = "Imports the edited workbook of a plan (export_framework): all of it or nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--plan", required=True, metavar="CODE", help="code of the plan")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would be saved, and save nothing"
        )
        parser.add_argument("--reason", default="", help="why an endorsed plan is changed")
        parser.add_argument(
            "--remove-missing", action="store_true", help="retire or remove what is no longer in the workbook"
        )

    def handle(self, *args, **options):
        plan = Plan.objects.filter(code=options["plan"]).first()
        if plan is None:
            raise CommandError(_("There is no plan %(code)s.") % {"code": options["plan"]})
        try:
            with options["file"].open("rb") as file:
                parsed = read_workbook(file, filename=options["file"].name, plan=plan)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except UnreadableWorkbook as error:
            raise CommandError(str(error)) from error
        try:
            with transaction.atomic():
                difference = apply_workbook(
                    parsed=parsed,
                    plan=plan,
                    by=None,
                    at=timezone.now(),
                    # A dry run is to show everything, not to ask why.
                    reason=options["reason"] or ("–" if options["dry_run"] else ""),
                    remove_missing=options["remove_missing"],
                )
                transaction.set_rollback(options["dry_run"])
        except ImportRefused as refused:
            self._report(refused.difference)
            raise CommandError(str(refused)) from refused
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self._report(difference)
        if options["dry_run"]:
            self.stdout.write(self.style.WARNING(_("Dry run: nothing was saved.")))
        else:
            self.stdout.write(self.style.SUCCESS(_("Saved.")))

    def _report(self, difference):
        for doubt in difference.doubts:
            style = {"error": self.style.ERROR, "warning": self.style.WARNING}.get(doubt.level, str)
            self.stdout.write(style(f"{doubt.level}: {doubt}"))
        for item in difference.written:
            self.stdout.write(f"{item.action:>8}  {item.sheet:<12} {item.code:<12} {item.label[:80]}")
            for label, old, new in item.changes:
                self.stdout.write(f"{'':>24}{label}: {old or '–'} → {new or '–'}")
        for one in difference.gone:
            outcome = one.outcome if difference.remove_missing else "stays"
            self.stdout.write(f"{outcome:>8}  {one.sheet:<12} {one.code:<12} {one.label[:80]}")
        for _sheet, title, row in difference.counts():
            self.stdout.write(
                f"{title}: " + ", ".join(f"{number} {action}" for action, number in row.items())
            )
