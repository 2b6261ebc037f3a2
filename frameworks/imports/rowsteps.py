"""Notes differences on one row at a time: the small steps that every level of the results chain shares."""

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from frameworks.imports.items import CHANGED, SAME
from frameworks.imports.results import ERROR, WARNING, Doubt


class RowSteps:
    """For the builder in chain.py, which holds `plan`, `existing`, `doubts` and `seen`."""

    def _set(self, item, name, label, value, *, keep_if=False, show=str):
        """Puts a value on the row and notes the change; a blank in the workbook (keep_if) leaves what is there."""
        if keep_if:
            return
        before = getattr(item.instance, name)
        if before == value or (name == "years" and sorted(before or []) == value):
            return
        setattr(item.instance, name, value)
        item.extra.setdefault("fields", set()).add(name)
        self._note_change(item, label, show(before) if before not in (None, "") else "", show(value))

    def _note_change(self, item, label, before, after):
        if item.action == SAME:
            item.action = CHANGED
        if item.action == CHANGED:
            item.changes.append((label, before, after))

    def _note_retired(self, item):
        """An import brings nothing back to life: that is a decision of its own."""
        if item.instance.retired_on is not None:
            self._doubt(
                WARNING,
                item.source,
                "retired",
                _(
                    "{code} was retired on {day}. It stays retired; reinstate it in the plan if it applies again."
                ),
                code=item.code,
                day=item.instance.retired_on,
            )

    def _check_years(self, parsed, item):
        outside = [year for year in parsed.years if year not in self.plan.years]
        if outside:
            self._doubt(
                ERROR,
                parsed.source,
                "year_outside_plan",
                _("Activity {code} is scheduled in {years}, outside the plan's years {plan}."),
                code=parsed.code,
                years=", ".join(map(str, outside)),
                plan=self.plan.years_label,
            )

    def _validate(self, item):
        """What the database would refuse is said here, at its cell."""
        try:
            relations = [one.name for one in item.instance._meta.fields if one.is_relation]
            item.instance.clean_fields(exclude=[*relations, "sort_key", "years"])
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                label = item.instance._meta.get_field(name).verbose_name
                for message in messages:
                    self._doubt(
                        ERROR, item.source, "invalid", "{label}: {message}", label=label, message=message
                    )

    def _doubt(self, level, source, code, message, /, **values):
        self.doubts.append(Doubt(level, source.sheet, source.cell, code, format_lazy(message, **values)))
