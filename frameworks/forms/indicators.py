"""The form of an indicator: its metadata sheet, targets and breakdowns."""

import re
from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.forms.activities import institution_options
from frameworks.forms.base import ConstrainedForm, VersionedMixin, reason_field
from frameworks.forms.fields import FigureField, LinesField, WholeNumberField, lines
from frameworks.forms.parts import ParentField
from frameworks.models import Indicator
from frameworks.models.indicator import SHARE_TYPES, IndicatorType, ReporterAggregation
from frameworks.models.plan import code_validator
from frameworks.operations.indicators import Breakdown, TargetLine, indicator_version

_CATEGORY_LINE = re.compile(r"^(?P<code>[^\s:]+)\s*:\s*(?P<name>\S.*)$")
#: Types without a unit of their own, whose number is a level.
_LEVELS = (IndicatorType.ORDINAL, IndicatorType.YES_NO)


class IndicatorForm(VersionedMixin, ConstrainedForm):
    """Everything about an indicator but its targets and breakdowns."""

    fixed = ("plan", "goal", "output", "activity", "pillar")
    constraint_fields = {
        "indicator_code_unique": "code",
        "indicator_baseline_pair": "baseline_numerator",
        "indicator_baseline_once": "baseline_value",
        "indicator_baseline_part_of_whole": "baseline_numerator",
    }

    scale_labels = LinesField(
        label=gettext_lazy("Labels of the scale"),
        required=False,
        rows=4,
        help_text=gettext_lazy("One per line, from 0 upwards. Only for a scale."),
    )
    baseline_value = FigureField(
        label=gettext_lazy("Baseline"),
        required=False,
        help_text=gettext_lazy(
            "In percent where only the percentage is known; of a scale the level; of yes/no 1 or 0."
        ),
    )
    baseline_numerator = FigureField(label=gettext_lazy("Baseline numerator"), required=False)
    baseline_denominator = FigureField(label=gettext_lazy("Baseline denominator"), required=False)
    baseline_year = WholeNumberField(
        label=gettext_lazy("Baseline year"), required=False, min_value=1900, max_value=2100
    )
    responsible = forms.MultipleChoiceField(
        label=gettext_lazy("Who reports the figure"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nobody ticked: the accountable lead reports it."),
    )
    parent = ParentField(label=gettext_lazy("What it measures"))
    reason = reason_field()

    class Meta:
        model = Indicator
        fields = [
            "code", "statement", "definition", "type", "unit", "counts_people", "numerator_label", "denominator_label",
            "share_of_whole", "scale_labels", "direction", "reporter_aggregation", "round_aggregation", "baseline_value",
            "baseline_numerator", "baseline_denominator", "baseline_year", "baseline_source", "data_source",
            "means_of_verification", "frequency",
        ]  # fmt: skip
        widgets = {"statement": lines(3), "definition": lines(3), "means_of_verification": lines(2)}
        help_texts = {
            "code": gettext_lazy("Unique in the plan. It stands in addresses, reports and data."),
            "definition": gettext_lazy("What exactly is counted, and what is not, so that every year means the same."),
            "direction": gettext_lazy(
                "“Maintain or increase”: at or above the baseline is on track, below it has moved backwards."
            ),
            "reporter_aggregation": gettext_lazy(
                "How figures of several institutions or places become one. Percentages always add up numerators and denominators."
            ),
            "round_aggregation": gettext_lazy("How the figures of several rounds become one."),
            "data_source": gettext_lazy("For example: electoral register of STAE, household survey."),
            "means_of_verification": gettext_lazy("Which document shows it."),
            "frequency": gettext_lazy("How often the source is updated, for example: every year, every 7 years."),
        }  # fmt: skip

    def __init__(self, *args, institutions, needs_reason=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.institutions = institutions
        self.fields["responsible"].choices = [
            (str(pk), label) for pk, label in institution_options(institutions)
        ]
        if self.instance.pk:
            self.fields["parent"].offer(self.instance)
            self.initial["parent"] = self.fields["parent"].value_of(self.instance)
            chosen = self.instance.responsible.values_list("pk", flat=True)
            self.fields["responsible"].initial = [str(pk) for pk in chosen]
            self.add_version(indicator_version(self.instance))
        else:
            del self.fields["parent"]  # the page says on what a new one hangs
        if not needs_reason:
            del self.fields["reason"]

    @property
    def changed_fields(self):
        changed = [name for name in self.changed_data if name in self._meta.fields]
        return changed + (["goal", "output", "activity"] if "parent" in self.changed_data else [])

    @property
    def chosen_institutions(self):
        return [self.institutions[int(pk)] for pk in self.cleaned_data["responsible"]]

    @property
    def chosen_labels(self):
        """The acronyms of the institutions that are ticked, for the summary of the folded list."""
        ticked = {str(pk) for pk in self["responsible"].value() or []}
        return ", ".join(str(one) for pk, one in self.institutions.items() if str(pk) in ticked)

    @property
    def is_share(self):
        """Whether the page shows numerators and denominators: by the type that is chosen now."""
        return self["type"].value() in SHARE_TYPES

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("parent"):
            level, pk = cleaned["parent"]
            for name in ("goal", "output", "activity"):
                setattr(self.instance, f"{name}_id", pk if name == level else None)
        kind = cleaned.get("type")
        for name, message in sheet_problems(
            kind, cleaned.get("scale_labels"), cleaned.get("reporter_aggregation")
        ):
            self.add_error(name, message)
        problem = figure_problem(
            kind,
            cleaned.get("baseline_value"),
            cleaned.get("baseline_numerator"),
            cleaned.get("baseline_denominator"),
            levels=len(cleaned.get("scale_labels") or []),
            part_of_whole=cleaned.get("share_of_whole"),
        )
        if problem:
            name, message = problem
            self.add_error(f"baseline_{name}", message)
        return cleaned


def sheet_problems(kind, scale_labels, reporter_aggregation):
    """[(field, what is wrong, in words)] of a metadata sheet whose fields do not go with its type."""
    problems = []
    if kind == IndicatorType.ORDINAL and len(scale_labels or []) < 2:
        words = _("A scale needs at least two labels, one per line, from 0 upwards.")
        problems.append(("scale_labels", words))
    if kind in _LEVELS and reporter_aggregation == ReporterAggregation.SUM:
        words = _("Levels and answers cannot be added up: choose maximum or average.")
        problems.append(("reporter_aggregation", words))
    return problems


def figure_problem(kind, value, numerator, denominator, *, levels=0, part_of_whole=True):
    """(value, numerator or denominator; what is wrong, in words) of a baseline or target, or None.

    Pairs half filled and numerators above their denominator are said here too, so that targets and baselines read alike.
    """
    pair = (numerator, denominator)
    if kind == IndicatorType.QUALITATIVE and any(one is not None for one in (value, *pair)):
        return "value", _("A qualitative indicator is answered in words: leave the numbers empty.")
    if kind not in SHARE_TYPES and any(one is not None for one in pair):
        return "numerator", _("Only percentages have a numerator and a denominator: leave them empty.")
    if any(one is not None and one < 0 for one in pair):
        return "numerator", _("Neither numerator nor denominator can be negative.")
    if numerator is None and denominator is not None:
        return "numerator", _("The numerator is missing.")
    if numerator is not None and denominator is None:
        return "denominator", _("The denominator is missing.")
    if denominator == 0:
        return "denominator", _("A denominator of 0 gives no percentage.")
    if numerator is not None and value is not None:
        return "value", _("Give numerator and denominator, or the percentage; not both.")
    if numerator is not None and part_of_whole and numerator > denominator:
        return "numerator", _("The numerator is larger than its denominator.")
    return _value_problem(kind, value, levels, part_of_whole)


def _value_problem(kind, value, levels, part_of_whole):
    if value is None:
        return None
    if kind in SHARE_TYPES and value < 0:
        return "value", _("A percentage cannot be negative.")
    if kind in SHARE_TYPES and part_of_whole and value > 100:
        return "value", _("A part of a whole cannot be above 100%.")
    if kind == IndicatorType.YES_NO and value not in (0, 1):
        return "value", _("Write 1 for yes or 0 for no.")
    if kind == IndicatorType.ORDINAL and (value % 1 or not 0 <= value < max(levels, 1)):
        return "value", _("Write a level of the scale, from 0 to %(top)s.") % {"top": max(levels - 1, 0)}
    return None


class TargetForm(forms.Form):
    """The target of one period. Which period stands in a hidden field, checked against what the plan knows."""

    period_end = forms.DateField(widget=forms.HiddenInput)
    value = FigureField(label=gettext_lazy("Target"), required=False, percent=True)
    numerator = FigureField(label=gettext_lazy("Numerator"), required=False)
    denominator = FigureField(label=gettext_lazy("Denominator"), required=False)


class BaseTargetFormSet(forms.BaseFormSet):
    """One row for each period of the plan. `lines` are the TargetLines when the set is valid."""

    def __init__(self, data=None, *, plan, targets, periods, sheet=None):
        self.plan, self.sheet = plan, sheet
        present = {one.period_end: one for one in targets}
        self.periods = sorted({*periods, *present})
        initial = [
            {"period_end": end}
            | (
                {name: getattr(present[end], name) for name in ("value", "numerator", "denominator")}
                if end in present
                else {}
            )
            for end in self.periods
        ]
        super().__init__(data, initial=initial, prefix="targets")

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        end = self.periods[i] if i < len(self.periods) else None
        form.period_label = self.label_of(end) if end else ""
        form.error_label = _("Target %(period)s") % {"period": form.period_label}
        return form

    def is_endline(self, end):
        return end == date(self.plan.end_year, 12, 31)

    def label_of(self, end):
        label = str(end.year) if (end.month, end.day) == (12, 31) else date_format(end)
        return _("%(period)s (end-line)") % {"period": label} if self.is_endline(end) else label

    def clean(self):
        """Looks at the rows beside the sheet that they belong to: the same figure is right or wrong by type."""
        sheet = getattr(self.sheet, "cleaned_data", {})
        if not sheet.get("type"):
            return  # the sheet's own error comes first
        for form in self.forms:
            data = form.cleaned_data if form.is_valid() else {}
            if not data:
                continue
            if data["period_end"] not in self.periods:
                raise ValidationError(_("The periods of this plan have changed: load the page again."))
            problem = figure_problem(
                sheet.get("type"),
                data["value"],
                data["numerator"],
                data["denominator"],
                levels=len(sheet.get("scale_labels") or []),
                part_of_whole=sheet.get("share_of_whole", True),
            )
            if problem:
                form.add_error(*problem)

    @property
    def lines(self):
        return [
            TargetLine(
                data["period_end"],
                data["value"],
                data["numerator"],
                data["denominator"],
                is_endline=self.is_endline(data["period_end"]),
            )
            for data in (form.cleaned_data for form in self.forms)
        ]


TargetFormSet = forms.formset_factory(TargetForm, formset=BaseTargetFormSet, extra=0, max_num=200)


def target_periods(plan, rounds):
    """The ends of the plan's years, and those of rounds that end at another day (half-years, quarters)."""
    return {date(year, 12, 31) for year in plan.years} | {one.period_end for one in rounds}


class BreakdownForm(forms.Form):
    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label=gettext_lazy("Broken down by"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("For example: position level, sex, age group."),
    )
    categories = LinesField(
        label=gettext_lazy("Categories"),
        required=False,
        rows=5,
        help_text=gettext_lazy(
            "One per line. What stands before a colon is the category's code in data and stays; a line without one gets a code."
        ),
    )
    remove = forms.BooleanField(label=gettext_lazy("Remove this breakdown"), required=False)

    def clean_categories(self):
        found = []
        for number, text in enumerate(self.cleaned_data["categories"], start=1):
            match = _CATEGORY_LINE.match(text)
            code, name = (match["code"], match["name"]) if match else ("", text)
            if code:
                try:
                    code_validator(code)
                except ValidationError:
                    code, name = "", text
            if len(code) > 40 or len(name) > 120:
                raise ValidationError(
                    _("Line %(line)s is too long: at most 40 characters for a code and 120 for a name.")
                    % {"line": number}
                )
            for other_code, other_name in found:
                if (code and code == other_code) or name.lower() == other_name.lower():
                    raise ValidationError(
                        _("Line %(line)s: “%(text)s” is there twice.") % {"line": number, "text": text}
                    )
            found.append((code, name))
        return found

    def clean(self):
        data = self.cleaned_data
        if data.get("remove") or "categories" in self.errors:
            return data
        if data.get("categories") and not data.get("name"):
            self.add_error("name", _("Say by what it is broken down."))
        if data.get("name") and not data.get("categories"):
            self.add_error("categories", _("A breakdown needs at least one category."))
        return data


class BaseBreakdownFormSet(forms.BaseFormSet):
    """The breakdowns of one indicator, and one empty row. `lines` are the Breakdowns when the set is valid."""

    def __init__(self, data=None, *, dimensions):
        self.present = {one.pk for one in dimensions}
        initial = [
            {
                "pk": one.pk,
                "name": one.name,
                "categories": [f"{category.code}: {category.name}" for category in one.categories.all()],
            }
            for one in dimensions
        ]
        super().__init__(data, initial=initial, prefix="breakdowns")

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.error_label = _("Breakdown %(number)s") % {"number": i + 1}
        return form

    def clean(self):
        if any(self.errors):
            return
        names = [line.name.lower() for line in self.lines]
        if len(names) != len(set(names)):
            raise ValidationError(_("Two breakdowns have the same name."))

    @property
    def lines(self):
        rows = [form.cleaned_data for form in self.forms]
        return [
            Breakdown(row["pk"] if row["pk"] in self.present else None, row["name"], tuple(row["categories"]))
            for row in rows
            if row.get("name") and not row.get("remove")
        ]


BreakdownFormSet = forms.formset_factory(BreakdownForm, formset=BaseBreakdownFormSet, extra=1, max_num=30)


def direction_doubts(indicator, baseline, targets):
    """Sentences about targets that lie on the wrong side of the baseline; they are saved all the same.

    baseline: Decimal or None; targets: (label, Decimal or None).
    """
    wrong = {
        "increase": lambda target: target < baseline,
        "maintain_or_increase": lambda target: target < baseline,
        "decrease": lambda target: target > baseline,
    }.get(indicator.direction)
    if baseline is None or wrong is None:
        return []
    return [
        _(
            "The target %(period)s lies on the wrong side of the baseline for “%(direction)s”. Check both, or the direction."
        )
        % {"period": label, "direction": indicator.get_direction_display()}
        for label, target in targets
        if isinstance(target, Decimal) and wrong(target)
    ]
