"""The rows of breakdowns: one for each category; a breakdown itself is the name that its rows share."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

from frameworks import providers
from frameworks.models import Category, Dimension, Indicator
from frameworks.operations.indicators import _free_code
from frameworks.workbook.items import SAME
from frameworks.workbook.leads import Leads
from frameworks.workbook.matching import linked
from frameworks.workbook.things import constraint_words


class Breakdowns(Leads):
    """Builds the items of breakdowns; afterwards `categories` are those that there will be, by id(indicator)."""

    def compare_breakdowns(self):
        pairs = self.pairs("breakdowns")
        resolved = []
        for row, record in pairs:
            if self._left_with_owner(record) or (record and row.is_untouched):
                self._unchanged("breakdowns", row, record)
                continue
            values, refs = self.values_of("breakdowns", row, record)
            if (
                self.require("breakdowns", row, values, new=record is None)
                and refs.get("indicator") is not None
                and not row.bad
            ):
                resolved.append((row, record, values, refs["indicator"]))
        self._rename_dimensions(resolved, pairs)
        self.dimensions = {
            (id(linked(one, "indicator")), one.name.casefold()): one for one in self.content.dimensions
        }
        categories = defaultdict(dict)  # id(dimension) → code → (row, Category)
        claimed = {record.id for _row, record in pairs if record}
        for one in self.content.all["categories"]:
            if str(one.pk) not in claimed:
                categories[id(one.dimension)][one.code] = (None, one)
        open_rows = {id(row) for row, _record, _values, _indicator in resolved}
        for row, record in pairs:
            if record and isinstance(record.instance, Category) and id(row) not in open_rows:
                categories[id(record.instance.dimension)][record.instance.code] = (row, record.instance)
        pair_of = {id(pair[0]): pair for pair in pairs}
        for row, record, values, indicator in resolved:
            self._breakdown(row, record, values, indicator, categories, pair_of)
        self.note_missing("breakdowns", pairs)
        self._drop_missing_of_gone("breakdowns")
        self._refuse_used()
        out = {id(one.instance) for one in self.missing["breakdowns"]} if self.remove_missing else set()
        self.categories = defaultdict(list)
        for found in categories.values():
            for _row, one in found.values():
                if id(one) not in out:
                    self.categories[id(linked(linked(one, "dimension"), "indicator"))].append(one)

    def _rename_dimensions(self, resolved, pairs):
        """A breakdown has no row of its own: it is renamed when all its rows say the same new name."""
        said = defaultdict(list)
        for row, record, values, _indicator in resolved:
            if record:
                said[id(_dimension(record))].append((row, record, values))
        rows_of = defaultdict(int)
        for _row, record in pairs:
            if record:
                rows_of[id(_dimension(record))] += 1
        for key, rows in said.items():
            names = {values.get("dimension", record.values["dimension"]) for _row, record, values in rows}
            old, dimension = rows[0][1].values["dimension"], _dimension(rows[0][1])
            if names == {old}:
                continue
            if len(names) > 1 or len(rows) < rows_of[key]:
                for row, _record, values in rows:
                    if values.get("dimension") != old:
                        self.error(
                            "renamed_in_part",
                            row,
                            "dimension",
                            _(
                                "The rows of one breakdown carry different names. Write the new name into all of them, or add the category as a new row."
                            ),
                        )
                continue
            dimension.name = names.pop()

    def _breakdown(self, row, record, values, indicator, categories, pair_of):
        if record and indicator is not record.owner:
            self.error(
                "moved",
                row,
                "indicator",
                _("A breakdown stays with its indicator: clear this row, and add a new one there."),
            )
            return
        name = values["dimension"]
        dimension = _dimension(record) if record else self.dimensions.get((id(indicator), name.casefold()))
        if dimension is None:
            dimension = Dimension(indicator=indicator, name=name, order=values.get("dimension_order") or 0)
            self.dimensions[id(indicator), name.casefold()] = dimension
        found = categories[id(dimension)]
        category = record.instance if record and isinstance(record.instance, Category) else None
        code, title = self._category_code(row, record, values, found), values.get("name", "")
        if category is None and code in found and found[code][0] is None:
            category = found[code][1]
            record = pair_of[id(row)][1] = self._record_of(category)
            values["code"] = code
        if not title:
            if record is None or category is not None:
                self.error("blank", row, "name", _("A breakdown needs at least one category."))
            if record is not None:
                self._unchanged("breakdowns", row, record)
            return
        if code in found and found[code][1] is not category:
            self.error(
                "category_twice",
                row,
                "code",
                "{message}",
                message=constraint_words(Category, "category_once"),
            )
            return
        values["code"] = code
        for_item = record if category is not None else None
        category = category or Category(dimension=dimension)
        found[code] = (row, category)
        item = self.item(
            "breakdowns",
            row,
            for_item,
            category,
            values,
            code=indicator.code,
            label=self._name("breakdowns", values)[1],
        )
        if item.action != SAME:
            self.tell_of_both(row, for_item)
            self._assign_category(item, category, dimension, values)
        item.extra["dimension"] = dimension
        self.items.append(item)

    def _record_of(self, category):
        if not hasattr(self, "_category_records"):
            self._category_records = {id(one.instance): one for one in self.content.records["breakdowns"]}
        return self._category_records.get(id(category))

    def _assign_category(self, item, category, dimension, values):
        category.code, category.name = values["code"], values["name"]
        if "order" in item.fields:
            category.order = values["order"]
        if "dimension_order" in item.fields:
            said = self.__dict__.setdefault("_orders", {}).setdefault(
                id(dimension), values["dimension_order"]
            )
            if said != values["dimension_order"]:
                self.error(
                    "orders_differ",
                    item.row,
                    "dimension_order",
                    _("The rows of one breakdown give different orders for it."),
                )
            dimension.order = said
        self.clean(item, skip={"dimension_order", "dimension"})
        limit = Dimension._meta.get_field("name").max_length
        if len(dimension.name) > limit:
            self.error("rule", item.row, "dimension", _("At most {limit} characters fit here."), limit=limit)

    def _category_code(self, row, record, values, found):
        """The code of a category: what the cell says, else that of the same name, else one made from the name."""
        code, name = values.get("code", ""), values.get("name", "")
        if code or not name:
            return code
        if record and record.values["code"]:
            return record.values["code"]
        same = next(
            (
                one.code
                for other, one in found.values()
                if other is None and one.name.casefold() == name.casefold()
            ),
            None,
        )
        return same or _free_code(name, set(found))

    def _refuse_used(self):
        """Categories on which figures were reported stay."""
        missing = [one for one in self.missing["breakdowns"] if isinstance(one.instance, Category)]
        if not (self.remove_missing and missing):
            return
        owners = {one.owner.pk for one in missing}
        used = providers.status().used_categories_of(Indicator.objects.filter(pk__in=owners))
        sheet = self.parsed.sheets["breakdowns"]
        for one in missing:
            if one.instance.pk in used:
                self.doubts.error(
                    "used",
                    sheet.source(2, "name"),
                    _(
                        "“{name}” of {code} cannot be removed: figures were reported for it. Put its row back."
                    ),
                    name=one.instance.name,
                    code=one.owner.code,
                )


def _dimension(record):
    return linked(record.instance, "dimension") if isinstance(record.instance, Category) else record.instance
