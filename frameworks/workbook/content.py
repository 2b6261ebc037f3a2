"""A plan's framework as the rows of a workbook: loaded once, in a fixed number of queries, plain values by column.

Exporting writes these rows, comparing holds the workbook's rows against them: there is one idea of what a cell holds.
"""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from frameworks.models import (
    Activity,
    Category,
    CategoryTarget,
    Dimension,
    Goal,
    Indicator,
    Institution,
    Lead,
    Output,
    Pillar,
    Target,
)
from frameworks.workbook.columns import BY_KEY, SHEETS, Kind

#: Excel holds 32,767 characters in a cell; a longer text is cut on its way out and kept as it is on its way back.
MOST = 32_000
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass
class Record:
    """One row as the plan has it. `values`: column key → what its cell says. `owner`: the indicator or activity."""

    id: str
    instance: object
    values: dict
    owner: object = None


@dataclass
class Content:
    """Everything of one plan, its parts linked to each other in memory. `all`: sheet → every row, retired ones too."""

    plan: object
    all: dict
    institutions: list
    reporters: dict = field(default_factory=lambda: defaultdict(list))  # indicator pk → codes
    dimensions: list = field(default_factory=list)
    records: dict = field(default_factory=dict)  # sheet → [Record], in the order of the workbook
    moved: list = field(default_factory=list)  # indicators whose pillar changes (compare.py)

    @property
    def checksum(self):
        return digest(
            [[sheet, record.id, seen(record.values)] for sheet in BY_KEY for record in self.records[sheet]]
        )


def load_content(plan, *, lock=False):
    """The Content of a plan. lock: hold the rows until the end of the transaction, so that nobody changes them meanwhile."""

    def rows(model, path="plan", order=("pk",)):
        found = model.objects.filter(**{path: plan}).order_by(*order)
        return list(found.select_for_update(of=("self",), no_key=True) if lock else found)

    content = Content(
        plan,
        {
            "pillars": rows(Pillar, order=("order", "code")),
            "goals": rows(Goal, order=("sort_key", "pk")),
            "outputs": rows(Output, order=("sort_key", "pk")),
            "activities": rows(Activity, order=("sort_key", "pk")),
            "indicators": rows(Indicator, order=("sort_key", "pk")),
            "leads": rows(Lead, "activity__plan", ("activity__sort_key", "order", "pk")),
            "targets": rows(Target, "indicator__plan", ("indicator__sort_key", "period_end")),
            "category_targets": rows(
                CategoryTarget,
                "category__dimension__indicator__plan",
                ("category__dimension__indicator__sort_key", "category__dimension__order", "category__order", "period_end", "pk"),
            ),
            "categories": rows(
                Category,
                "dimension__indicator__plan",
                ("dimension__indicator__sort_key", "dimension__order", "dimension_id", "order", "pk"),
            ),
        },
        list(Institution.objects.order_by("code")),
        dimensions=rows(Dimension, "indicator__plan", ("indicator__sort_key", "order", "pk")),
    )  # fmt: skip
    _link(content)
    through = Indicator.responsible.through.objects.filter(indicator__plan=plan)
    for indicator, code in through.order_by("institution__code").values_list(
        "indicator", "institution__code"
    ):
        content.reporters[indicator].append(code)
    for sheet in SHEETS:
        content.records[sheet.key] = list(_RECORDS[sheet.key](content))
    return content


def _link(content):
    """Makes every relation the object that was loaded, so that following it costs no query and sees every change."""
    every = content.all
    tables = {key: {one.pk: one for one in rows} for key, rows in every.items()}
    tables["dimensions"] = {one.pk: one for one in content.dimensions}
    tables["institutions"] = {one.pk: one for one in content.institutions}
    links = {
        "goals": {"pillar": "pillars"},
        "outputs": {"goal": "goals"},
        "activities": {"output": "outputs"},
        "indicators": {"goal": "goals", "output": "outputs", "activity": "activities", "pillar": "pillars"},
        "leads": {"activity": "activities", "institution": "institutions"},
        "targets": {"indicator": "indicators"},
        "dimensions": {"indicator": "indicators"},
        "categories": {"dimension": "dimensions"},
        "category_targets": {"category": "categories"},
    }
    for key, fields in links.items():
        for row in content.dimensions if key == "dimensions" else every[key]:
            for name, table in fields.items():
                pk = getattr(row, f"{name}_id")
                if pk is not None:
                    setattr(row, name, tables[table][pk])
            if hasattr(row, "plan_id"):
                row.plan = content.plan
    for row in every["pillars"]:
        row.plan = content.plan


# What each sheet says of a row


def plan_records(content):
    plan = content.plan
    names = [column.key for column in BY_KEY["plan"].columns(plan)]
    yield Record(str(plan.pk), plan, {name: value_of(getattr(plan, name)) for name in names})


def _simple(key):
    def records(content):
        columns = BY_KEY[key].columns(content.plan)
        for row in content.all[key]:
            if getattr(row, "retired_on", None) is None:
                yield Record(str(row.pk), row, {one.key: cell_of(row, one, content) for one in columns})

    return records


def lead_records(content):
    columns = BY_KEY["leads"].columns(content.plan)
    for row in content.all["leads"]:
        if row.activity.retired_on is None:
            values = {one.key: cell_of(row, one, content) for one in columns}
            yield Record(str(row.pk), row, values, row.activity)


def breakdown_records(content):
    """One row a category; a breakdown without categories has one of its own."""
    categories = defaultdict(list)
    for one in content.all["categories"]:
        categories[one.dimension_id].append(one)
    for dimension in content.dimensions:
        indicator = dimension.indicator
        if indicator.retired_on is not None:
            continue
        for category in categories[dimension.pk] or [None]:
            values = {
                "indicator": indicator.code,
                "dimension": plain(dimension.name),
                "dimension_order": dimension.order,
                "code": category.code if category else "",
                "name": plain(category.name) if category else "",
                "order": category.order if category else None,
            }
            pk = str(category.pk) if category else f"d{dimension.pk}"
            yield Record(pk, category or dimension, values, indicator)


def target_records(content):
    """The indicators' own targets, and those of categories ("c" before their number)."""
    rows = [(one.indicator, None, one) for one in content.all["targets"]]
    rows += [(one.category.dimension.indicator, one.category, one) for one in content.all["category_targets"]]
    for indicator, category, row in sorted(
        rows, key=lambda one: one[0].sort_key
    ):  # stable: each kind keeps its order
        if indicator.retired_on is None:
            yield Record(
                f"c{row.pk}" if category else str(row.pk),
                row,
                {
                    "indicator": indicator.code,
                    "period_end": row.period_end,
                    "is_endline": category is None and row.is_endline,
                    "dimension": plain(category.dimension.name) if category else "",
                    "category": category.code if category else "",
                    "value": value_of(row.value),
                    "numerator": value_of(row.numerator),
                    "denominator": value_of(row.denominator),
                },
                indicator,
            )


def institution_records(content):
    for one in content.institutions:
        if one.merged_into_id is None:
            yield Record(
                str(one.pk),
                one,
                {
                    "code": one.code,
                    "acronym": one.acronym,
                    "name": one.name,
                    "kind": str(one.get_kind_display()),
                },
            )


_RECORDS = {
    "plan": plan_records,
    "pillars": _simple("pillars"),
    "goals": _simple("goals"),
    "outputs": _simple("outputs"),
    "activities": _simple("activities"),
    "leads": lead_records,
    "indicators": _simple("indicators"),
    "breakdowns": breakdown_records,
    "targets": target_records,
    "institutions": institution_records,
}


def cell_of(row, column, content):
    """What the cell of a column says of a row of one of the model sheets."""
    if column.kind == Kind.REF:
        other = getattr(row, column.key)
        return other.code if other is not None else ""
    if column.model_field == "years":
        return int(column.key[1:]) in row.years
    if column.kind == Kind.CODES:
        return "; ".join(sorted(content.reporters[row.pk]))
    value = value_of(getattr(row, column.model_field))
    return not value if column.inverted else value


def value_of(value):
    """A stored value as a cell holds it: texts in plain signs, lists one a line, decimals without idle zeros."""
    if isinstance(value, Decimal):
        return tidy(value)
    if isinstance(value, list):
        return one_a_line("\n".join(value))
    return plain(value) if isinstance(value, str) else value


def is_blank(value):
    """Whether a cell stays empty. 0 is not nothing."""
    return value is None or value is False or value == ""


def tidy(number):
    """Without trailing zeros and exponents: 30.000000 → 30, and -0 is 0."""
    if not number:
        return Decimal(0)
    short = number.normalize()
    return short.quantize(Decimal(1)) if short.as_tuple().exponent > 0 else short


def plain(text):
    """A text as a cell can hold it: no control signs, line breaks of one kind, no blanks around it, not too long."""
    text = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip()[:MOST].rstrip()


def one_a_line(text):
    """A list of texts in one cell, without blank lines."""
    return "\n".join(line.strip() for line in plain(text).split("\n") if line.strip())


def seen(values):
    """A short digest of a row's values, by which one sees later whether somebody changed it in the workbook."""
    return digest(sorted((key, said(value)) for key, value in values.items()))[:16]


def said(value):
    """A value as text, the same in every language, for comparing."""
    if isinstance(value, bool):
        return "x" if value else ""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def digest(value):
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
