"""The rows of targets: those of the indicators, and those of single categories."""

from django.utils.translation import gettext_lazy as _

from frameworks.forms.indicators import figure_problem, target_periods
from frameworks.models import CategoryTarget, ReportingRound, Target
from frameworks.workbook.breakdowns import Breakdowns
from frameworks.workbook.cells import TurnedIntoNumber
from frameworks.workbook.items import CHANGED, SAME
from frameworks.workbook.matching import linked
from frameworks.workbook.things import constraint_words

_TARGET_FIGURES = ("value", "numerator", "denominator")


class Targets(Breakdowns):
    """Builds the items of targets, after those of the indicators and categories that they belong to."""

    def compare_targets(self):
        pairs = self.pairs("targets")
        claimed = {record.id for _row, record in pairs if record}
        free = {
            _target_key(one.instance): one for one in self.content.records["targets"] if one.id not in claimed
        }
        self.changed_sheets = {
            id(item.instance)
            for item in self.items
            if item.sheet == "indicators"
            and item.action == CHANGED
            and item.fields & {"type", "scale_labels", "passes_whole"}
        }
        taken = {}
        rounds = ReportingRound.objects.filter(plan=self.plan)
        self.periods = target_periods(self.plan, rounds) | {
            one.values["period_end"] for one in self.content.records["targets"]
        }
        for pair in pairs:
            row, record = pair
            if self._left_with_owner(record) or (record and row.is_untouched):
                item = self._unchanged("targets", row, record)
                self._take_target(taken, row, item.instance)
                if id(record.owner) in self.changed_sheets:
                    self._check_target(row, record.owner, item.instance)
                continue
            values, refs = self.values_of("targets", row, record)
            if (
                not self.require("targets", row, values, new=record is None)
                or row.bad
                or refs.get("indicator") is None
            ):
                continue
            category, fine = self._category(row, record, values, refs["indicator"])
            if not fine:
                continue
            key = (
                id(refs["indicator"]),
                id(category) if category else None,
                values.get("period_end", record.values["period_end"] if record else None),
            )
            if record is None:
                record = pair[1] = free.pop(key, None)
            self._target(row, record, values, refs["indicator"], category, key, taken)
        self.note_missing("targets", pairs)
        self._drop_missing_of_gone("targets")
        loose = {_target_key(record.instance) for record in self._kept("targets", pairs)}
        for key, row in taken.items():
            if key in loose:
                self.error(
                    "target_twice",
                    row,
                    "period_end",
                    "{message}",
                    message=constraint_words(Target, "target_once_a_period"),
                )

    def _category(self, row, record, values, indicator):
        """(Category or None, whether that is settled) of a target's row."""
        name, code = values.get("dimension", ""), row.values.get("category", "")
        if not name and code == "":
            return None, True
        fitting = [
            one
            for one in self.categories[id(indicator)]
            if (code.fits(one.code) if isinstance(code, TurnedIntoNumber) else one.code == code)
            and (not name or one.dimension.name.casefold() == name.casefold())
        ]
        if (
            record
            and isinstance(record.instance, CategoryTarget)
            and values.get("category") == record.values["category"]
            and name == record.values["dimension"]
        ):
            # Not touched here: it stays what it is, also when the breakdown was renamed on its own sheet.
            current = linked(record.instance, "category")
            fitting = [current] if any(current is one for one in self.categories[id(indicator)]) else fitting
        if len(fitting) == 1:
            values["category"], values["dimension"] = fitting[0].code, fitting[0].dimension.name
            return fitting[0], True
        if fitting:
            self.error(
                "category_unclear",
                row,
                "dimension",
                _("Several breakdowns have this category: say which one is meant."),
            )
        else:
            self.error(
                "unknown_category",
                row,
                "category",
                _("{indicator} has no such category on the sheet “{sheet}”."),
                indicator=indicator.code,
                sheet=self.titles["breakdowns"],
            )
        return None, False

    def _target(self, row, record, values, indicator, category, key, taken):
        same = record is not None and _target_key(record.instance) == key
        if same:
            instance = record.instance
            if (
                category is not None
            ):  # names follow a breakdown that is renamed; the target itself does not change
                values["dimension"], values["category"] = (
                    record.values["dimension"],
                    record.values["category"],
                )
            values["indicator"] = record.values["indicator"]
        elif category is not None:
            instance = CategoryTarget(category=category, period_end=key[2])
        else:
            instance = Target(indicator=indicator, period_end=key[2])
        item = self.item(
            "targets",
            row,
            record,
            instance,
            values,
            code=indicator.code,
            label=self._name("targets", values)[1],
        )
        if record and not same:
            item.extra["replaces"] = record.instance
            for name in (*_TARGET_FIGURES, *(("is_endline",) if category is None else ())):
                setattr(
                    instance, name, getattr(record.instance, name, None if name != "is_endline" else False)
                )
        if item.action != SAME:
            self.tell_of_both(row, record)
            for name in item.fields & set(_TARGET_FIGURES):
                setattr(instance, name, values[name])
            if category is None and "is_endline" in item.fields:
                instance.is_endline = values["is_endline"]
            if category is not None and values.get("is_endline"):
                self.error(
                    "endline",
                    row,
                    "is_endline",
                    _("Only the indicator's own target can be the end-line target."),
                )
        if item.action != SAME or id(indicator) in self.changed_sheets:
            self._check_target(row, indicator, instance)
        self.items.append(item)
        self._take_target(taken, row, instance)

    def _take_target(self, taken, row, instance):
        key = _target_key(instance)
        if key in taken:
            model = type(instance)
            name = "target_once_a_period" if model is Target else "category_target_once_a_period"
            self.error("target_twice", row, "period_end", "{message}", message=constraint_words(model, name))
        taken[key] = row

    def _check_target(self, row, indicator, target):
        if not indicator.type:
            return
        if target.period_end not in self.periods:
            self.error(
                "unknown_period",
                row,
                "period_end",
                _(
                    "Targets are for the end of a year of the plan ({years}), or of one of its reporting rounds."
                ),
                years=self.plan.years_label,
            )
        if all(getattr(target, name) is None for name in _TARGET_FIGURES):
            self.error("blank", row, "value", _("Write a target, or clear the whole row."))
            return
        problem = figure_problem(
            indicator.type,
            target.value,
            target.numerator,
            target.denominator,
            levels=len(indicator.scale_labels),
            part_of_whole=indicator.share_of_whole,
        )
        if problem:
            self.error("rule", row, problem[0], "{message}", message=problem[1])


def _target_key(target):
    if isinstance(target, CategoryTarget):
        category = linked(target, "category")
        return id(linked(linked(category, "dimension"), "indicator")), id(category), target.period_end
    return id(linked(target, "indicator")), None, target.period_end
