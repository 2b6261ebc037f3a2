"""The difference of one indicator: its words, its figures, its breakdowns."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from frameworks.imports import text as texts
from frameworks.imports.items import NEW, SAME, Item
from frameworks.imports.results import ERROR, WARNING
from frameworks.imports.rowsteps import RowSteps
from frameworks.models import Indicator
from frameworks.models.indicator import SHARE_TYPES


class IndicatorRows(RowSteps):
    """The indicators' part of the builder in chain.py."""

    def _indicators(self, level, parsed, parent, pillar):
        """Indicators with a code of their own match by code; those whose code the import gave match by their words.

        So a row put in between, or two rows that changed places, never turn one indicator into another.
        """
        candidates = self.existing.indicators_of[level, parsed.code]
        by_words = {texts.fold(one.statement): one for one in candidates}
        matched = {}
        for one in parsed.indicators:
            old = (
                self.existing.indicators.get(one.code)
                if not one.code_given
                else by_words.get(texts.fold(one.statement))
            )
            matched[id(one)] = old
        used = {one.code for one in matched.values() if one} | set(self.existing.indicators)
        for one in parsed.indicators:
            old = matched[id(one)]
            code = old.code if old else one.code
            if old is None and one.code_given:
                code = _free_code(parsed.code, one.code, used)
            used.add(code)
            self.indicator(level, one, old, code, parent, pillar)

    def indicator(self, level, parsed, old, code, parent, pillar):
        self.seen.add(("indicator", code))
        instance = old or Indicator(plan=self.plan, code=code, statement=parsed.statement)
        item = Item(
            "indicator", SAME if old else NEW, code, parsed.statement, parsed.source, instance, parsed, parent
        )
        item.extra |= {"level": level, "pillar": pillar}
        if old and getattr(old, level) is None:
            self._doubt(
                ERROR,
                parsed.source,
                "indicator_elsewhere",
                _("Indicator {code} hangs on another level of the plan."),
                code=code,
            )
        if old:
            self._place(item, old, level, parent, pillar)
            self._note_retired(item)
        self._set(item, "statement", _("Text"), parsed.statement)
        self._set(
            item,
            "type",
            _("Type"),
            parsed.type,
            show=lambda value: dict(Indicator._meta.get_field("type").choices).get(value, value),
        )
        assumed = (parsed.source.sheet, parsed.source.cell) in self.assumed
        self._set(
            item,
            "direction",
            _("Direction"),
            parsed.direction,
            keep_if=bool(old) and assumed,
            show=lambda value: dict(Indicator._meta.get_field("direction").choices).get(value, value),
        )
        for name, label in (
            ("unit", _("Unit")),
            ("definition", _("Definition")),
            ("frequency", _("Frequency")),
            ("data_source", _("Data source")),
            ("means_of_verification", _("Means of verification")),
        ):
            detail = getattr(parsed, name)
            self._set(item, name, label, detail.text if detail else "", keep_if=detail is None)
        if parsed.baseline:
            self._baseline(item, parsed)
        self._targets(item, parsed, old)
        self._dimensions(item, parsed, old)
        self._validate(item)
        self.items.append(item)

    def _place(self, item, old, level, parent, pillar):
        """Another parent, or the same one now under another pillar."""
        before = getattr(old, level)
        if before is not None and before.pk != parent.instance.pk:
            self._note_change(item, _("Belongs to"), str(before)[:120], f"{parent.code} {parent.label}"[:120])
        if old.pillar_id != pillar.instance.pk:
            names = {one.pk: one.name for one in self.existing.pillars.values()}
            self._note_change(item, _("Pillar"), names.get(old.pillar_id, ""), pillar.label)

    def _baseline(self, item, parsed):
        figure = parsed.baseline
        pair = figure.numerator is not None
        if not pair and figure.value is None:
            self._doubt(
                WARNING,
                figure.source,
                "baseline_text",
                _("“{text}” is not read as a baseline figure."),
                text=figure.text,
            )
            return
        if pair and item.instance.type not in SHARE_TYPES:
            self._doubt(
                WARNING,
                figure.source,
                "baseline_pair",
                _("A numerator and a denominator, but the indicator is no percentage."),
            )
            return
        before = _shown_figure(
            item.instance.baseline_value, item.instance.baseline_numerator, item.instance.baseline_denominator
        )
        after = _shown_figure(figure.value if not pair else None, figure.numerator, figure.denominator)
        if before != after:
            item.instance.baseline_value = None if pair else figure.value
            item.instance.baseline_numerator, item.instance.baseline_denominator = (
                figure.numerator,
                figure.denominator,
            )
            self._note_change(item, _("Baseline"), before, after)
        self._set(item, "baseline_year", _("Baseline year"), figure.year, keep_if=figure.year is None)

    def _targets(self, item, parsed, old):
        stored = {(one.period_end.year, one.is_endline): one for one in old.targets.all()} if old else {}
        for target in parsed.targets:
            figure, endline = target.figure, target.year is None
            year = target.year or self.plan.end_year
            if figure.value is None and figure.numerator is None:
                self._doubt(
                    WARNING,
                    figure.source,
                    "target_text",
                    _("“{text}” is not read as a target figure."),
                    text=figure.text,
                )
                continue
            before = stored.get((year, endline))
            was = _shown_figure(before.value, before.numerator, before.denominator) if before else ""
            now = _shown_figure(
                None if figure.numerator is not None else figure.value, figure.numerator, figure.denominator
            )
            if was != now:
                item.extra.setdefault("targets", []).append((year, endline, figure, before))
                self._note_change(item, format_lazy("{label} {year}", label=_("Target"), year=year), was, now)

    def _dimensions(self, item, parsed, old):
        stored = (
            [
                {texts.fold(one.name) for one in dimension.categories.all()}
                for dimension in old.dimensions.all()
            ]
            if old
            else []
        )
        for dimension in parsed.dimensions:
            if {texts.fold(name) for name in dimension.categories} in stored:
                continue
            item.extra.setdefault("dimensions", []).append(dimension)
            self._note_change(
                item, _("Breakdown"), "", f"{dimension.name}: {', '.join(dimension.categories)}"
            )


def _free_code(parent, wanted, used):
    """The code that the import gives, or the next letter when another indicator has it already."""
    if wanted not in used:
        return wanted
    number = 0
    while (code := parent + _letters(number)) in used:
        number += 1
    return code


def _letters(number):
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(97 + rest) + text
    return text


def _shown_figure(value, numerator, denominator):
    if numerator is not None:
        return f"{_plain(numerator)}/{_plain(denominator)}"
    return "" if value is None else _plain(value)


def _plain(number):
    return format(number.normalize(), "f")
