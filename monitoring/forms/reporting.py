"""The boxes of a focal point's pages. A draft may lack anything; what stands in a box must be readable and possible."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.models.indicator import IndicatorType
from monitoring.cells import PARTS, REASON_LENGTH, Cell, Reported, figure_problems, is_chosen, parts_of
from monitoring.forms.fields import LevelField, NumberField, TidyText
from monitoring.forms.places import OF_EVERY_FORM, adding_parts, nesting, notes_on_parts, place_label
from monitoring.forms.story import CorrectionBoxes, SpendingBoxes
from monitoring.models.submission import ActivityStatus
from monitoring.operations.reporting import PROGRESS_FIELDS
from monitoring.progress import BLANK, running_difference, share
from monitoring.progress.figures import add
from monitoring.results import figure_of
from monitoring.words import figure_text

#: Types whose figures of places can be combined.
BY_PLACE = (IndicatorType.COUNT, IndicatorType.PERCENTAGE, IndicatorType.NUMBER_AND_PERCENTAGE)


class ProgressForm(CorrectionBoxes, SpendingBoxes, forms.Form):
    """The story of an activity, with its course corrections and its spending."""

    use_required_attribute = False

    status = forms.ChoiceField(
        label=gettext_lazy("Status"), choices=ActivityStatus.choices, required=False, widget=forms.RadioSelect
    )
    reason = TidyText(
        label=gettext_lazy("Why is it deferred or cancelled?"),
        rows=2,
        help_text=gettext_lazy("Only for these two: who decided it, and why."),
    )
    narrative = TidyText(
        label=gettext_lazy("Progress"),
        rows=7,
        help_text=gettext_lazy("What was done in this period, where, with whom, and what it changed."),
    )
    what_worked = TidyText(label=gettext_lazy("What worked"))
    what_did_not = TidyText(
        label=gettext_lazy("What did not work, and why"),
        help_text=gettext_lazy(
            "The group works best on what stands in the way. It is read to help, not to blame."
        ),
    )
    collaboration = TidyText(
        label=gettext_lazy("Collaboration wanted"),
        rows=3,
        help_text=gettext_lazy("Whom in the working group you need, and for what."),
    )
    next_steps = TidyText(label=gettext_lazy("Next steps"))

    def __init__(self, progress, data=None, *, spending=None, currencies=()):
        """spending: the saved Expenditure; currencies: those that the plan uses here, the default first."""
        initial = {name: getattr(progress, name) for name in PROGRESS_FIELDS} if progress else {}
        super().__init__(data, initial=initial)
        self.saved = progress
        self.add_corrections(progress.corrections.all() if progress else ())
        self.add_spending(spending, currencies)

    def clean(self):
        self.check_corrections()
        self.check_spending()
        return self.cleaned_data

    def told(self):
        """The valid fields, for save_activity. What the page did not send at all (a radio nobody chose) is not told."""
        return {name: self.cleaned_data[name] for name in PROGRESS_FIELDS if name in self.data}


@dataclass(slots=True)
class GridRow:
    """One category or place: its boxes, the share that they make, and what was said of it last time.

    Of a place also: `depth` in the tree, `above` (ids of the places that it lies in), what its parts make (`note`), and
    whether it is itself a detail of a place with a figure, and so not added to the total again.
    """

    label: str
    boxes: list
    share: object = None
    last: str = ""
    place: object = None
    note: str = ""
    is_detail: bool = False

    @property
    def depth(self):
        return len(self.place.above) if self.place else 0


@dataclass(slots=True)
class ColumnSum:
    """What the rows of a column make together, and what is missing to the total; None where there is nothing to add."""

    part: str
    label: str
    sum: object
    difference: object


@dataclass(slots=True)
class Grid:
    """One way in which an indicator is broken down. `anchor` is its id on the page.

    `sums`: a ColumnSum for each column that adds up to the total, None for the others.
    """

    title: str
    anchor: str
    columns: list
    rows: list
    sums: list
    adds_up: bool
    is_place: bool = False

    @property
    def has_sums(self):
        return any(self.sums)

    @property
    def has_last(self):
        return any(row.last for row in self.rows)


class IndicatorForm(forms.Form):
    """All boxes of one indicator: the total, its breakdowns, and its places where they are open.

    `places` (forms.places.load_places): those of every form, those with a figure, and those that somebody adds; of the last
    the form shows `added` (ids). on: the last day of the period.
    """

    use_required_attribute = False

    def __init__(self, line, *, places=(), places_open=False, added=(), on=None, data=None):
        super().__init__(data)
        self.line, self.indicator = line, line.indicator
        self.total = Cell(self.indicator.pk)
        self.places_marker = f"{self.total.name}-places"
        by_place = bool(places) and self.indicator.type in BY_PLACE
        answered = {place for _category, place in line.values if place is not None}
        self.places_open = by_place and bool(
            places_open or answered or added or (data is not None and self.places_marker in data)
        )
        self.can_open_places = by_place and not self.places_open
        self.cells = {}
        self._add(self.total)
        self._layout = []
        if self.indicator.type != IndicatorType.QUALITATIVE:
            for dimension in self.indicator.dimensions.all():
                rows = [
                    (one.name, Cell(self.indicator.pk, category_id=one.pk))
                    for one in dimension.categories.all()
                ]
                self._layout.append((dimension.name, f"{self.total.name}-by{dimension.pk}", rows, False))
        if self.places_open:
            self.places = [
                one for one in places if one.kind in OF_EVERY_FORM or one.pk in answered or one.pk in added
            ]
            self.can_add_places = any(one.has_parts for one in self.places)
            rows = [(place_label(one, on), Cell(self.indicator.pk, place_id=one.pk)) for one in self.places]
            self._layout.append((_("place"), self.places_marker, rows, True))
        for _title, _anchor, rows, _is_place in self._layout:
            for label, cell in rows:
                self._add(cell, label)

    def _add(self, cell, label=""):
        """The fields of a cell. `label` names its row in a grid; the total's boxes are named by what they ask."""
        self.cells[cell] = label
        row = self.line.values.get(cell.key)
        for part in parts_of(self.indicator.type, total=cell.is_total):
            name = cell.box(part)
            self.fields[name] = self._field(part, label)
            saved = getattr(row, PARTS[part]) if row else None
            self.initial[name] = "" if saved is None else saved

    def _field(self, part, row_label):
        indicator = self.indicator
        if part == "why":
            return TidyText(
                label=_("No data because"),
                max_length=REASON_LENGTH,
                widget=forms.TextInput,
                help_text=_("Only when there is no figure. An empty box is not a zero, and 0 is a figure."),
            )
        if part == "comment":
            return TidyText(
                label=_("Comment"), rows=2, help_text=_("Source of the figure, how it was counted, doubts.")
            )
        if part == "text":
            return TidyText(label=_("Answer"))
        label = column_label(indicator, part)
        if part == "v" and is_chosen(indicator):
            widget = forms.Select if row_label else forms.RadioSelect
            made = LevelField(indicator, label=label, widget=widget)
        else:
            alone = part == "v" and indicator.is_share and not row_label
            made = NumberField(
                indicator,
                part,
                label=label,
                help_text=_("Only when the two numbers are not known.") if alone else "",
            )
        if row_label:
            made.widget.attrs |= {"aria-label": f"{row_label}: {label}", "data-part": part}
        return made

    def _box(self, part):
        """The bound field of one of the total's boxes; None when the type has none such."""
        name = self.total.box(part)
        return self[name] if name in self.fields else None

    numerator_box = property(lambda self: self._box("n"))
    denominator_box = property(lambda self: self._box("d"))
    value_box = property(lambda self: self._box("v"))
    text_box = property(lambda self: self._box("text"))
    why_box = property(lambda self: self._box("why"))
    comment_box = property(lambda self: self._box("comment"))

    def clean(self):
        for cell in self.cells:
            if any(box in self.errors for box in self._boxes(cell)):
                continue
            for part, words in figure_problems(
                self.indicator, cell, self._said(cell), targets=self.indicator.targets.all()
            ):
                self.add_error(cell.box(part), words)
        return self.cleaned_data

    def _said(self, cell):
        parts = parts_of(self.indicator.type, total=cell.is_total)
        said = {PARTS[part]: self.cleaned_data.get(cell.box(part)) for part in parts}
        return Reported(**{name: value for name, value in said.items() if value is not None})

    def reported(self):
        """Cell → Reported for the operation. Needs a valid form.

        A cell of which no box was sent is left out, and so stays as it is: blank is what somebody made blank.
        """
        return {
            cell: self._said(cell)
            for cell in self.cells
            if any(box in self.data for box in self._boxes(cell))
        }

    def _boxes(self, cell):
        return [cell.box(part) for part in parts_of(self.indicator.type, total=cell.is_total)]

    def _now(self, cell):
        """The Figure in the boxes of a cell: as typed where that is readable, else as saved."""
        if self.is_bound and self.errors is not None:
            return figure_of(self._said(cell))
        row = self.line.values.get(cell.key)
        return figure_of(row) if row else BLANK

    def grids(self):
        """The breakdowns, ready for the template."""
        return [self._grid(*one) for one in self._layout]

    def _grid(self, title, anchor, rows, is_place):
        indicator = self.indicator
        parts = parts_of(indicator.type, total=False)
        figures = [self._now(cell) for _label, cell in rows]
        places, details, notes = [None] * len(rows), [False] * len(rows), {}
        adding = adding_parts(indicator)
        if is_place:
            places = self.places
            by_place = {one.pk: figure for one, figure in zip(places, figures, strict=True)}
            inside = nesting(places, by_place, type=indicator.type)
            details = [inside[one.pk] is not None for one in places]
            notes = notes_on_parts(indicator, places, by_place, inside, adding)
        every, figures = figures, [one for one, detail in zip(figures, details, strict=True) if not detail]
        difference = running_difference(
            self._now(self.total), figures, type=indicator.type, how=indicator.reporter_aggregation
        )

        def column_sum(part):
            numbers = [getattr(figure, PARTS[part]) for figure in figures]
            known = [number for number in numbers if number is not None]
            return add(*known) if known else None

        return Grid(
            title=title,
            anchor=anchor,
            columns=[column_label(indicator, part) for part in parts],
            rows=[
                GridRow(
                    label,
                    [self[cell.box(part)] for part in parts],
                    share(figure.numerator, figure.denominator),
                    figure_text(indicator, self.line.last.get(cell.key)),
                    place,
                    notes.get(cell.place_id, ""),
                    detail,
                )
                for (label, cell), figure, place, detail in zip(rows, every, places, details, strict=True)
            ],
            sums=[
                ColumnSum(
                    part,
                    column_label(indicator, part),
                    column_sum(part),
                    getattr(difference.unknown, PARTS[part]),
                )
                if part in adding
                else None
                for part in parts
            ],
            adds_up=difference.adds_up,
            is_place=is_place,
        )


def column_label(indicator, part):
    """What a number box asks for, in the indicator's own words."""
    if part == "n":
        return indicator.numerator_label or (
            _("Number of %(unit)s") % {"unit": indicator.unit} if indicator.unit else _("Number")
        )
    if part == "d":
        return indicator.denominator_label or _("Out of how many")
    if indicator.is_share:
        return _("Percentage alone")
    if is_chosen(indicator):
        return _("Answer")
    return _("Number of %(unit)s") % {"unit": indicator.unit} if indicator.unit else _("Figure")


def error_items(*named_forms):
    """The lines of the error summary: (form, name of the form or "") pairs → dicts of text and target.

    Each line says where: an indicator's code and row, or the name of the box. "“30 or so” is not a number" alone, five
    times, helps nobody.
    """
    items = []
    for form, where in named_forms:
        for name in sorted(form.errors, key=[*form.fields, NON_FIELD_ERRORS].index):
            bound, messages = (form[name] if name in form.fields else None), form.errors[name]
            parts = [where, _row_label(form, name)] if where else [bound.label if bound else ""]
            prefix = ", ".join(str(part) for part in parts if part)
            items += [
                {"text": f"{prefix}: {message}" if prefix else message, "target": _target(bound)}
                for message in messages
            ]
    return items


def _row_label(form, name):
    return next(
        (label for cell, label in form.cells.items() if label and name.startswith(f"{cell.name}-")), ""
    )


def _target(bound):
    if bound is None:
        return ""
    return f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id
