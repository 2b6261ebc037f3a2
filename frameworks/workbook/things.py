"""The rows with codes of their own: the plan, pillars, goals, outputs, activities, indicators."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from frameworks.forms.indicators import figure_problem, sheet_problems
from frameworks.models import Indicator
from frameworks.workbook.columns import BY_KEY, Kind
from frameworks.workbook.content import seen
from frameworks.workbook.items import NEW, SAME, Item
from frameworks.workbook.matching import THINGS, Matching, linked

PARENTS = {"goals": "pillar", "outputs": "goal", "activities": "output"}
#: What a changed indicator's figures are checked by.
_FIGURES = {
    "type",
    "scale_labels",
    "passes_whole",
    "baseline_value",
    "baseline_numerator",
    "baseline_denominator",
}


def constraint_words(model, name):
    """The words of a database constraint, so that the workbook says the same as the forms and the database."""
    return next(one for one in model._meta.constraints if one.name == name).get_violation_error_message()


class Things(Matching):
    """Builds the items of the sheets in THINGS and of the plan itself."""

    def compare_things(self):
        self.live = {}  # sheet → [(Row or None, instance)] that will be in use
        matched = {key: self.pairs(key) for key in THINGS}
        for key, pairs in matched.items():
            self.match_by_code(key, pairs)
            self.note_missing(key, pairs)
        self._settle_codes(matched)
        self._compare_plan()
        for key in THINGS:
            for row, record in matched[key]:
                self._thing(key, row, record)
        self._check_names()
        self._check_parents()

    # Codes, before anything refers to them

    def _settle_codes(self, matched):
        """What each code will mean. New rows get their instance here, so that others can refer to it."""
        self.instances, self.codes_of_rows = {}, {}
        for key in THINGS:
            model, final, owners = BY_KEY[key].model, {}, {}
            self.former[key] = {one.values["code"]: one.instance for one in self.content.records[key]}
            gone = {record.id for record in self.missing[key]}
            paired = {record.id for _row, record in matched[key] if record}
            for record in self.content.records[key]:
                if record.id not in paired and not (self.remove_missing and record.id in gone):
                    final[record.values["code"]] = record.instance
            if self.remove_missing:
                for record in self.missing[key]:
                    self.former[key].pop(record.values["code"], None)
            for row, record in matched[key]:
                instance = record.instance if record else model(plan=self.plan)
                self.instances[id(row)] = instance
                code = self._code_of(key, row, record)
                if code is None:
                    continue
                self.codes_of_rows[id(row)] = code
                if code in owners or code in final:
                    self._code_twice(key, row, record, code, owners.get(code))
                elif code in self.retired[key]:
                    self.error(
                        "code_retired",
                        row,
                        "code",
                        _(
                            "“{code}” is retired in the tracker and keeps its code. Choose another, or restore it there."
                        ),
                        code=code,
                    )
                elif any(one.values["code"] == code for one in self.missing[key]):
                    self.error(
                        "code_kept",
                        row,
                        "code",
                        _(
                            "“{code}” still belongs to a row that is not in this workbook. Choose another code."
                        ),
                        code=code,
                    )
                else:
                    owners[code], final[code] = row, instance
            self.final[key] = final

    def _code_of(self, key, row, record):
        value = row.values.get("code")
        if value is None or value == "":
            return (
                record.values["code"]
                if record and "code" not in row.values and "code" not in row.bad
                else None
            )
        if not isinstance(value, str):
            value = self.settle(value, row, "code", record.values["code"] if record else None)
            if value is not None:
                row.values["code"] = value
            else:
                row.values.pop("code")
                row.bad.add("code")
        return value

    def _code_twice(self, key, row, record, code, other):
        if other and record and record.values["code"] == code:
            row, other = other, row  # the one that was changed is the one to correct
        word = BY_KEY[key].model._meta.model_name
        message = constraint_words(BY_KEY[key].model, f"{word}_code_unique")
        self.error(
            "code_twice",
            row,
            "code",
            _("{message} ({code}{where})"),
            message=message,
            code=code,
            where=f", {other.source('code')}" if other else "",
        )

    # Rows

    def _compare_plan(self):
        sheet = self.parsed.sheets.get("plan")
        if sheet is None:
            return
        record, rows = self.content.records["plan"][0], [row for row in sheet.rows if not row.is_emptied]
        for row in rows[1:]:
            self.error("plan_twice", row, "", _("This sheet has one row, that of the plan."))
        if rows:
            self._thing("plan", rows[0], record)

    def _thing(self, key, row, record):
        instance = self.plan if key == "plan" else self.instances[id(row)]
        self.live.setdefault(key, []).append((row, instance))
        if record and row.is_untouched:
            if seen(record.values) != row.seen:
                self.doubts.note(
                    "kept",
                    row.source(),
                    _(
                        "Changed in the tracker since the workbook was downloaded, not here: left as it is there."
                    ),
                )
            self.items.append(
                Item(
                    key,
                    SAME,
                    record.values["code"],
                    self._label(record.values),
                    row.source(),
                    instance,
                    row,
                    record,
                )
            )
            return
        values, refs = self.values_of(key, row, record)
        self.require(key, row, values, new=record is None)
        if record is None or not row.id:  # blank choices of a row without id take the usual value, or stay
            choices = {
                name
                for name, column in self.columns[key].items()
                if column.kind == Kind.CHOICE and not column.required
            }
            values = {name: value for name, value in values.items() if value != "" or name not in choices}
        item = self.item(
            key, row, record, instance, values, code=values.get("code", ""), label=self._label(values)
        )
        if item.action == SAME:
            item.code, item.label = record.values["code"], self._label(record.values)
        else:
            self.tell_of_both(row, record)
            self._assign(item, values, refs)
            self._check(item, values, refs)
        self.items.append(item)

    @staticmethod
    def _label(values):
        return values.get("statement") or values.get("title") or values.get("name") or ""

    def _assign(self, item, values, refs):
        """Sets what differs on the instance."""
        years = set(item.instance.years or ()) if item.sheet == "activities" else set()
        for name in item.fields:
            column, value = self.columns[item.sheet][name], values[name]
            if column.model_field == "years":
                (years.add if value else years.discard)(int(name[1:]))
            elif column.kind == Kind.REF:
                setattr(item.instance, name, refs[name])
            elif column.kind == Kind.CODES:
                item.extra["responsible"] = self._institutions(item.row, name, value)
            elif column.kind == Kind.LINES:
                item.instance.scale_labels = value.split("\n") if value else []
            else:
                setattr(item.instance, column.model_field, not value if column.inverted else value)
        if item.sheet == "activities":
            item.instance.years = sorted(years)

    def _institutions(self, row, name, value):
        found = []
        for code in filter(None, value.split("; ")):
            institution = self.find("institutions", code)
            if institution is None:
                self.error(
                    "unknown_code",
                    row,
                    name,
                    _("There is no “{code}” on the sheet “{sheet}”."),
                    code=code,
                    sheet=self.titles["institutions"],
                )
            elif institution not in found:
                found.append(institution)
        return found

    # Rules

    def _check(self, item, values, refs):
        """The rules of the models and forms, each at its cell."""
        self.clean(item)
        if item.sheet == "indicators":
            self._check_indicator(item, values, refs)

    def clean(self, item, *, skip=frozenset()):
        """The model's own validation of the fields that the sheet has; database lookups are left to the database."""
        columns = {}
        for name, column in self.columns[item.sheet].items():
            if column.kind not in (Kind.REF, Kind.CODES) and not column.fixed:
                columns.setdefault(column.model_field, name)
        wanted = {name for name in columns if columns[name] in item.fields or item.action == NEW} - set(skip)
        wanted -= {
            self.columns[item.sheet][name].model_field
            for name in item.row.bad
            if name in self.columns[item.sheet]
        }
        try:
            item.instance.clean_fields(
                exclude=[one.name for one in item.instance._meta.fields if one.name not in wanted]
            )
        except ValidationError as error:
            self._place(item, error, columns)
        try:
            item.instance.clean()
        except ValidationError as error:
            self._place(item, error, columns)
        if item.sheet == "plan" and item.fields:
            try:
                self.plan.validate_constraints()
            except ValidationError as error:
                self._place(item, error, columns)

    def _place(self, item, error, columns):
        by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for name, errors in by_field.items():
            key = columns.get(name, "")
            column = self.columns[item.sheet].get(key)
            if column and column.required and item.row.values.get(key) in ("", None):
                continue  # said already: the cell must be filled
            for one in errors:
                for message in one.messages:
                    self.error("rule", item.row, key, "{message}", message=message)

    def _check_names(self):
        """Two pillars of one name."""
        pillars = {
            id(one): one
            for one in (*self.content.all["pillars"], *(one for _row, one in self.live.get("pillars", ())))
        }
        for item in self.items:
            if item.sheet == "pillars" and "name" in item.fields:
                name = item.instance.name
                if any(one.name == name and one is not item.instance for one in pillars.values()):
                    words = constraint_words(type(item.instance), "pillar_name_unique")
                    self.error("name_twice", item.row, "name", "{message}", message=words)

    def _check_indicator(self, item, values, refs):
        row, one = item.row, item.instance
        parents = [linked(one, name) for name in ("goal", "output", "activity")]
        if (
            sum(parent is not None for parent in parents) != 1
            and not {"goal", "output", "activity"} & row.bad
        ):
            unknown = any(
                values.get(name) is None and row.values.get(name) for name in ("goal", "output", "activity")
            )
            if not unknown:
                self.error(
                    "one_parent",
                    row,
                    "activity",
                    "{message}",
                    message=constraint_words(Indicator, "indicator_one_parent"),
                )
        if "type" in row.bad or not one.type:
            return
        for name, message in sheet_problems(one.type, one.scale_labels, one.reporter_aggregation):
            self.error("rule", row, name, "{message}", message=message)
        if item.fields & _FIGURES and not row.bad & _FIGURES:
            problem = figure_problem(
                one.type,
                one.baseline_value,
                one.baseline_numerator,
                one.baseline_denominator,
                levels=len(one.scale_labels),
                part_of_whole=one.share_of_whole,
            )
            if problem:
                self.error("rule", row, f"baseline_{problem[0]}", "{message}", message=problem[1])

    def _check_parents(self):
        """Nothing in use hangs on what is taken out."""
        self.out = {
            id(one.instance)
            for key in THINGS
            if self.remove_missing and key != "pillars"
            for one in self.missing[key]
        }
        for key, names in (
            *((key, (name,)) for key, name in PARENTS.items()),
            ("indicators", ("goal", "output", "activity")),
        ):
            for row, instance in self.live.get(key, ()):
                for name in names:
                    parent = linked(instance, name)
                    if parent is not None and id(parent) in self.out:
                        self.error(
                            "parent_out",
                            row,
                            name,
                            _(
                                "“{code}” is no longer in the workbook and would be retired: move this to another, or take it out, too."
                            ),
                            code=parent.code,
                        )
