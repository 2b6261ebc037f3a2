"""manage.py import_logframe FILE --plan CODE [--dry-run]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from frameworks.gap_kinds import described
from frameworks.gaps import find_gaps
from frameworks.imports import UnreadableWorkbook, read_logframe
from frameworks.imports.existing import known_institutions
from frameworks.imports.saving import ImportRefused, save_logframe
from frameworks.models import Plan


class _DryRun(Exception):
    """Takes everything back after a dry run."""


class Command(BaseCommand):
    help = "Imports a logframe (an .xlsx workbook or a CSV file) into a plan; the plan is created when there is none of that code."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--plan", required=True, metavar="CODE", help="code of the plan")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would be saved, and save nothing"
        )
        parser.add_argument(
            "--country", help="for a new plan: two-letter code; otherwise the first two letters of CODE"
        )
        parser.add_argument("--title", help="for a new plan: its title; otherwise the workbook's")
        parser.add_argument("--reason", default="", help="why an endorsed plan is changed")

    def handle(self, *args, **options):
        try:
            with options["file"].open("rb") as file:
                parsed = read_logframe(file, filename=options["file"].name, known=known_institutions())
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except UnreadableWorkbook as error:
            raise CommandError(str(error)) from error
        plan = Plan.objects.filter(code=options["plan"]).first() or self._new_plan(parsed, options)
        try:
            with transaction.atomic():
                difference = save_logframe(
                    parsed=parsed, plan=plan, by=None, at=timezone.now(), reason=options["reason"]
                )
                gaps = find_gaps(difference.plan)
                self._report(difference)
                self._report_gaps(difference.plan, gaps)
                if options["dry_run"]:
                    raise _DryRun
        except ImportRefused as refused:
            self._report(refused.difference)
            raise CommandError(str(refused)) from refused
        except _DryRun:
            self.stdout.write(self.style.WARNING(_("Dry run: nothing was saved.")))
        else:
            self.stdout.write(self.style.SUCCESS(_("Saved.")))

    def _new_plan(self, parsed, options):
        country = options["country"] or options["plan"][:2]
        if len(country) != 2 or not country.isalpha():
            raise CommandError(
                _("Plan %(code)s is new: give its country with --country.") % {"code": options["plan"]}
            )
        if parsed.plan is None or parsed.plan.first_year is None:
            raise CommandError(
                _("Plan %(code)s is new, and the workbook does not state its years.")
                % {"code": options["plan"]}
            )
        title = options["title"] or parsed.plan.title or options["plan"]
        self.stdout.write(
            _("Plan %(code)s will be created: %(title)s") % {"code": options["plan"], "title": title}
        )
        return Plan(
            code=options["plan"],
            title=title,
            country=country.upper(),
            start_year=parsed.plan.first_year,
            end_year=parsed.plan.last_year,
        )

    def _report(self, difference):
        for doubt in difference.doubts:
            style = {"error": self.style.ERROR, "warning": self.style.WARNING}.get(doubt.level, str)
            self.stdout.write(style(f"{doubt.level}: {doubt}"))
        for item in difference.items + difference.groups:
            self.stdout.write(f"{item.action:>8}  {item.level:<9} {item.code:<10} {item.label[:90]}")
            for label, old, new in item.changes:
                self.stdout.write(f"{'':>30}{label}: {old or '–'} → {new or '–'}")
        for level, row in difference.counts():
            self.stdout.write(
                f"{level}: " + ", ".join(f"{number} {action}" for action, number in row.items())
            )

    def _report_gaps(self, plan, gaps):
        for kind, rows in gaps:
            codes = ", ".join(code or text for code, text in (described(kind, row) for row in rows[:12]))
            self.stdout.write(f"gap: {kind.label_of(plan)} ({len(rows)}): {codes}")
