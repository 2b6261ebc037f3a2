"""What saving an uploaded template would do to the drafts. Nothing is written here.

Three sides are held together, box by box: what the template held when it was downloaded (its hidden digests), what it
says now, and what the draft says now. A box that was not touched in the workbook stays as it is online, whatever happened
there since. What was changed on both sides is asked about. Boxes that say one thing together (columns.unit_of) are taken
together.
"""

from collections import defaultdict
from copy import deepcopy
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy

from frameworks.formatting import format_number
from frameworks.numbers import write_number
from frameworks.workbook.bases import digest_of, read_base
from frameworks.workbook.cells import BadCell
from frameworks.workbook.columns import Kind
from frameworks.workbook.content import is_blank, said
from frameworks.workbook.deciding import Change
from frameworks.workbook.pages import shown
from monitoring.cells import PARTS, Reported, figure_problems, is_chosen
from monitoring.corrections import MOST, box, place_of
from monitoring.template.answers import read_figure, shown_answer
from monitoring.template.columns import BY_KEY, columns_of, unit_of
from monitoring.template.content import progress_form
from monitoring.template.items import Difference, Item


def compare(parsed, content):
    """The Difference between a Parsed template and the Content of its institution and round. No queries."""
    return _Comparing(parsed, content).difference()


class _Comparing:
    def __init__(self, parsed, content):
        self.parsed, self.content = parsed, content
        self.doubts = deepcopy(parsed.doubts)  # the file may be compared again
        self.items, self.same = [], defaultdict(int)
        self.columns = {key: {one.key: one for one in columns_of(key, content.plan, MOST)} for key in BY_KEY}
        self.left_out = defaultdict(list)  # id of a submission that cannot be changed → its rows

    def error(self, code, row, key, message, /, **values):
        self.doubts.error(code, row.source(key), message, **values)

    def difference(self):
        for key in BY_KEY:
            sheet = self.parsed.sheets.get(key)
            if sheet is not None:
                self._sheet(key, sheet)
        for submission, why in self.content.locked:
            self._tell_left_out(submission, why)
        return Difference(self.content, self.items, dict(self.same), self.doubts.all())

    def _sheet(self, key, sheet):
        records = {record.id: record for record in self.content.records[key]}
        # What somebody else answers for now is asked in another submission of the institution: it is the same row.
        moved = {record.thing: record for record in records.values()}
        locked = {str(submission.pk) for submission, _why in self.content.locked}
        for row in self._once([row for row in sheet.rows if self._is_ours(row)]):
            submission, _dash, thing = row.id.removeprefix("s").partition("-")
            record, base = records.get(row.id), read_base(row.seen)
            if record is None and submission not in locked:
                record = moved.get(thing)
            if base is None:
                self.error(
                    "no_base",
                    row,
                    "",
                    gettext_lazy("The hidden columns of this row are gone. Download the template anew."),
                )
            elif record is not None:
                self._row(record, row, base)
            elif submission in locked:
                self.left_out[submission].append(row)
            elif says_something(row):
                self.doubts.warning(
                    "not_asked",
                    row.source(),
                    gettext_lazy("This row is left out: it is no longer asked of your institution."),
                )

    def _tell_left_out(self, submission, why):
        rows = [row for row in self.left_out[str(submission.pk)] if says_something(row)]
        if rows:
            self.doubts.warning(
                "locked",
                rows[0].source(),
                gettext_lazy("What the workbook says on “{pillar}” is left out. {why}"),
                pillar=str(submission.pillar),
                why=str(why),
            )

    def _is_ours(self, row):
        """Notes of one's own below the table are said, not lost without a word."""
        if row.id:
            return True
        if says_something(row):
            self.doubts.warning(
                "strange_row",
                row.source(),
                gettext_lazy("This row is not one of the template. Nothing in it is saved."),
            )
        return False

    def _once(self, rows):
        """Who copies a row copies its hidden id: two rows for one thing are an error unless they say the same."""
        by_id = defaultdict(list)
        for row in rows:
            by_id[row.id].append(row)
        for first, *others in by_id.values():
            for other in others:
                if other.values != first.values or other.bad:
                    self.error(
                        "row_twice",
                        other,
                        "",
                        gettext_lazy(
                            "This row is a copy of row {first}. Leave one of them and delete the other."
                        ),
                        first=first.number,
                    )
            yield first

    # One row

    def _row(self, record, row, base):
        values, bad = self._values_of(record, row)
        item, units = Item(record, row.source()), {}
        for key in self.columns[record.sheet]:
            if key in values:
                units.setdefault(unit_of(key), []).append(key)
        for unit, keys in units.items():
            if unit not in bad:
                self._unit(item, row, values, base, keys)
        self._check(row, item)
        if item.taken or item.clashing:
            self.items.append(item)
        else:
            self.same[record.sheet] += 1

    def _values_of(self, record, row):
        """({key: value}, units with a cell that cannot be read). What stands in a grey cell is an error at it."""
        values, bad = {}, {unit_of(key) for key in row.bad}
        for key, value in row.values.items():
            if key not in record.boxes:
                if not is_blank(value):
                    self.error(
                        "not_a_box",
                        row,
                        key,
                        gettext_lazy("Nothing is asked here for this row. Empty the cell."),
                    )
                continue
            try:
                figure = self.columns[record.sheet][key].kind == Kind.FIGURE
                values[key] = read_figure(record.indicator, key, value) if figure else value
            except BadCell as error:
                bad.add(unit_of(key))
                self.error("bad_cell", row, key, "{words}", words=str(error))
        if "spent-currency" in values:  # which says nothing without an amount
            without = values.get("spent-amount") is None
            usual = record.values["spent-currency"]
            values["spent-currency"] = usual if without else values["spent-currency"].upper()
        return values, bad

    def _unit(self, item, row, values, base, keys):
        """Takes the boxes of one unit from the workbook, leaves them as they are, or asks."""
        record = item.record
        online = {key: digest_of(record.values[key]) for key in keys}
        mine = {key: digest_of(values[key]) for key in keys}
        before = {key: base.get(key, "") for key in keys}
        if mine in (before, online):
            return
        clash = online != before
        (item.clashing if clash else item.taken).update({key: values[key] for key in keys})
        (item.clashes if clash else item.changes).extend(
            Change(
                self.columns[record.sheet][key].header(self.content.plan),
                self._shown(record, key, record.values[key]),
                self._shown(record, key, values[key]),
                row.source(key),
            )
            for key in keys
            if mine[key] != online[key]
        )

    def _shown(self, record, key, value):
        if is_blank(value):
            return ""
        column = self.columns[record.sheet][key]
        if key == "v" and is_chosen(record.indicator):
            return shown_answer(record.indicator, value)
        if column.kind in (Kind.FIGURE, Kind.NUMBER):
            return format_number(value)
        return str(shown(value, column)) if column.kind in (Kind.CHOICE, Kind.MARK) else said(value)

    # The rules, each at its cell

    def _check(self, row, item):
        record, touched = item.record, item.taken | item.clashing
        if record.cell is not None:
            figures = {key: value for key, value in touched.items() if value not in (None, "")}
            for part, words in figure_problems(
                record.indicator,
                record.cell,
                Reported(**{PARTS[part]: value for part, value in figures.items()}),
                targets=record.indicator.targets.all(),
            ):
                self.error("rule", row, part, "{words}", words=words)
            return
        for key, messages in story_of(record, touched).errors.items():
            for words in messages:
                self.error("rule", row, key, "{words}", words=words)
        for key, value in touched.items():
            place = place_of(key) if value is True else None
            if place and not any(touched[box(place, part)] for part in ("cause", "measure", "owner", "due")):
                self.error("only_done", row, key, gettext_lazy("Say first what is done about it."))


def says_something(row):
    return bool(row.bad) or any(not is_blank(value) for value in row.values.values())


def story_of(record, values):
    """The form of the activity's page with these boxes filled in, and no others sent."""
    sent = {}
    for key, value in values.items():
        if isinstance(value, Decimal):
            sent[key] = write_number(value)
        elif isinstance(value, date):
            sent[key] = value.isoformat()
        elif value is True:
            sent[key] = "on"
        elif value is not False:
            sent[key] = value or ""
    return progress_form(record.submission, record.entry, sent)


def reported_of(record, values):
    """The Reported of a figure's row with these boxes changed; the others stay as the draft has them."""
    whole = record.values | values
    said_of = {PARTS[part]: whole[part] for part in PARTS if part in record.boxes}
    return Reported(**{name: value for name, value in said_of.items() if value is not None})
