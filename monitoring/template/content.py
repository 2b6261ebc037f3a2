"""The drafts of one institution in a round as the rows of a template: loaded once, in a fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from frameworks.models import Lead
from frameworks.models.indicator import IndicatorType
from frameworks.workbook.bases import write_base
from frameworks.workbook.content import plain, value_of
from monitoring.cells import PARTS, Cell, parts_of
from monitoring.corrections import MOST, as_correction, box
from monitoring.forms.places import OF_EVERY_FORM, load_places, place_label
from monitoring.forms.reporting import BY_PLACE, ProgressForm, column_label
from monitoring.forms.story import correction_text
from monitoring.handing_in import why_locked
from monitoring.models import Submission
from monitoring.operations.reporting import figures_version
from monitoring.sheets import load_sheets
from monitoring.template.columns import CORRECTIONS
from monitoring.words import baseline_text, figure_text, target_text

#: What an empty box of a course correction says.
_BLANK = {"cause": "", "measure": "", "owner": "", "due": None, "done": False}


@dataclass(slots=True)
class Record:
    """One row of the template as the draft has it.

    `values`: column key → what its cell says. `boxes`: the keys of those that may be filled. `activity`: on whose page
    the row is saved; None: with the other indicators. `cell`: which figure; None for an activity,
    which has an `entry` (monitoring/sheets.py).
    """

    id: str
    sheet: str
    submission: object
    activity: object
    values: dict
    boxes: frozenset
    cell: Cell | None = None
    indicator: object = None
    entry: object = None

    @property
    def code(self):
        return self.values["code"]

    @property
    def thing(self):
        """Its id without that of the submission."""
        return self.id.partition("-")[2]

    @property
    def label(self):
        if self.cell is None:
            return self.values["title"]
        row = "" if self.cell.is_total else f" · {self.values['row']}"
        return f"{self.values['statement']}{row}"

    def base(self):
        """The digests of its boxes, by which one sees later which of them were changed offline, and which online."""
        return write_base({key: self.values[key] for key in self.boxes})


@dataclass
class Content:
    """`records`: sheet → [Record]. `locked`: [(submission, why)] of those that cannot be changed now.

    `versions`: (submission id, activity id or None) → what a page is saved with (operations/reporting.py).
    """

    round: object
    institution: object
    records: dict = field(default_factory=lambda: defaultdict(list))
    submissions: list = field(default_factory=list)
    versions: dict = field(default_factory=dict)
    locked: list = field(default_factory=list)

    @property
    def plan(self):
        return self.round.plan

    @property
    def corrections(self):
        """For how many corrections of one activity there must be room."""
        taken = [row.order for record in self.records["activities"] for row in record.entry.corrections]
        return min(max([CORRECTIONS, *taken]), MOST)

    @property
    def rows(self):
        return [record for records in self.records.values() for record in records]


def load_content(*, round, institution, at):
    """The Content of an institution in a round. `round` needs its plan. The caller has said who may read it."""
    content = Content(round, institution)
    submissions = (
        Submission.objects.filter(round=round, institution=institution)
        .select_related("round__plan", "institution", "pillar", "accountable")
        .order_by("pillar__order", "pillar__code", "pk")
    )
    for one in submissions:
        why = why_locked(one, at)
        if why:
            content.locked.append((one, why))
        else:
            content.submissions.append(one)
    sheets = load_sheets(content.submissions, context=True)
    leads = _leads([entry.activity for sheet in sheets for entry in sheet.due_entries])
    places = _places(round, sheets)
    for sheet in sheets:
        pk = sheet.submission.pk
        content.versions[pk, None] = figures_version(
            row for line in sheet.due_others for row in line.values.values()
        )
        for entry in sheet.due_entries:
            content.versions[pk, entry.activity.pk] = entry.progress.version if entry.progress else 0
            content.records["activities"].append(_activity_record(sheet.submission, entry, leads))
        for activity, line in _lines(sheet):
            _add_figures(content, sheet.submission, activity, line, places)
    return content


def _lines(sheet):
    """(activity on whose page it stands or None, Line) of everything that is asked."""
    for entry in sheet.due_entries:
        yield from ((entry.activity, line) for line in entry.lines if line.is_due)
    yield from ((None, line) for line in sheet.due_others)


def _leads(activities):
    leads = defaultdict(list)
    for lead in Lead.objects.filter(activity__in=activities).select_related("institution").order_by("order"):
        leads[lead.activity_id].append(lead.institution)
    return leads


def _places(round, sheets):
    """The places of the forms: those of the first level, and smaller ones that have a figure already."""
    lines = [line for sheet in sheets for line in sheet.lines if line.indicator.type in BY_PLACE]
    if not lines:
        return []
    answered = {place for line in lines for _category, place in line.values if place is not None}
    return load_places(round.plan.country, round.period_end, answered=answered)


def _activity_record(submission, entry, leads):
    activity = entry.activity
    others = [str(one) for one in leads[activity.pk] if one.pk != submission.institution_id]
    if submission.accountable_id:
        whom = _("Your part; %(lead)s hands it in") % {"lead": submission.accountable}
    else:
        whom = ", ".join(others)
    values = {
        "code": activity.code,
        "title": plain(activity.title),
        "with": plain(whom),
        "pillar": plain(str(submission.pillar)),
    }
    values["agreed"] = plain("\n\n".join(_still_to_be_done(entry)))
    form = progress_form(submission, entry)
    boxes = {name: value_of(form[name].initial) for name in form.fields}
    for place in range(1, MOST + 1):  # also those that nobody has begun
        boxes = {box(place, part): blank for part, blank in _BLANK.items()} | boxes
    return Record(
        f"s{submission.pk}-a{activity.pk}",
        "activities",
        submission,
        activity,
        values | boxes,
        frozenset(boxes),
        entry=entry,
    )


def progress_form(submission, entry, data=None):
    """The form of the activity's page: what it holds, and what is wrong with `data`, is the same here."""
    currencies = [currency for currency, _amount in entry.costed] + [submission.round.plan.currency]
    return ProgressForm(entry.progress, data, spending=entry.spending, currencies=currencies)


def _still_to_be_done(entry):
    return [correction_text(as_correction(row)) for row, carried_on in entry.planned_before if not carried_on]


def _add_figures(content, submission, activity, line, places):
    indicator = line.indicator

    def add(sheet, cell, label):
        content.records[sheet].append(_figure_record(sheet, submission, activity, line, cell, label))

    add("indicators", Cell(indicator.pk), "")
    if indicator.type != IndicatorType.QUALITATIVE:
        for dimension in indicator.dimensions.all():
            for one in dimension.categories.all():
                add(
                    "indicators",
                    Cell(indicator.pk, category_id=one.pk),
                    _("%(dimension)s: %(category)s") % {"dimension": dimension.name, "category": one.name},
                )
    if indicator.type in BY_PLACE:
        answered = {place for _category, place in line.values if place is not None}
        for one in places:
            if one.kind in OF_EVERY_FORM or one.pk in answered:
                add("places", Cell(indicator.pk, place_id=one.pk), place_label(one, content.round.period_end))


def _figure_record(sheet, submission, activity, line, cell, label):
    indicator, row, last = line.indicator, line.values.get(cell.key), line.last.get(cell.key)
    parts = parts_of(indicator.type, total=cell.is_total)
    total = cell.is_total
    values = {
        "code": indicator.code,
        "statement": plain(indicator.statement),
        "row": plain(label) or _("Total"),
        "definition": plain(indicator.definition) if total else "",
        "asked": asked(indicator, parts),
        "unit": plain(indicator.unit),
        "baseline": baseline_text(indicator) if total else "",
        "last": f"{figure_text(indicator, last)} ({line.last_round})" if last else "",
        "target": target_text(indicator, line.target) if total else "",
        "share": "",
    }
    boxes = {part: value_of(getattr(row, PARTS[part])) if row else None for part in parts}
    boxes |= {part: boxes[part] or "" for part in ("text", "why", "comment") if part in boxes}
    blank = {part: "" if part in ("text", "why", "comment") else None for part in PARTS}
    return Record(
        f"s{submission.pk}-{cell.name}",
        sheet,
        submission,
        activity,
        values | blank | boxes,
        frozenset(parts),
        cell=cell,
        indicator=indicator,
    )


def asked(indicator, parts):
    """What the boxes of an indicator ask for, in its own words."""
    words = [column_label(indicator, part) for part in parts if part in ("n", "d")]
    text = " / ".join(words)
    if "v" in parts:
        alone = column_label(indicator, "v")
        text = _("%(pair)s; or the percentage alone") % {"pair": text} if text else alone
    return plain(text or str(indicator.get_type_display()))
