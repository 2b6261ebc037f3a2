"""The rows of leads, and what all rows share that belong to an activity or an indicator."""

from collections import defaultdict

from frameworks.models import Lead
from frameworks.models.plan import LeadRole
from frameworks.workbook.items import SAME, Item
from frameworks.workbook.matching import linked
from frameworks.workbook.things import Things, constraint_words


class Leads(Things):
    """Builds the items of leads."""

    def _left_with_owner(self, record):
        """Whether the row's activity or indicator is taken out: then the row stays with it, whatever the sheet says."""
        return record is not None and id(record.owner) in self.out

    def _unchanged(self, key, row, record):
        item = Item(key, SAME, *self._name(key, record.values), row.source(), record.instance, row, record)
        self.items.append(item)
        return item

    @staticmethod
    def _name(key, values):
        """(code, label) of a row."""
        if key == "leads":
            return values.get("activity", ""), values.get("institution", "")
        if key == "breakdowns":
            return values.get("indicator", ""), " · ".join(
                filter(None, (values.get("dimension"), values.get("name")))
            )
        end = values.get("period_end")
        return values.get("indicator", ""), " · ".join(filter(None, (str(end or ""), values.get("category"))))

    # Leads

    def compare_leads(self):
        pairs = self.pairs("leads")
        free = {}
        claimed = {record.id for _row, record in pairs if record}
        for record in self.content.records["leads"]:
            if record.id not in claimed:
                free[id(record.owner), record.instance.institution.pk] = record
        final = defaultdict(dict)  # id(activity) → institution → (row, Lead)
        for pair in pairs:
            row, record = pair
            if self._left_with_owner(record) or (record and row.is_untouched):
                item = self._unchanged("leads", row, record)
                self._keep_lead(final, row, item.instance)
                continue
            values, refs = self.values_of("leads", row, record)
            activity, institution = refs.get("activity"), refs.get("institution")
            if record is None and activity is not None and institution is not None:
                record = pair[1] = free.pop((id(activity), institution.pk), None)
            fine = self.require("leads", row, values, new=record is None)
            if fine and activity is not None and institution is not None:
                self._lead(row, record, values, activity, institution, final)
        self.note_missing("leads", pairs)
        self._drop_missing_of_gone("leads")
        for record in self._kept("leads", pairs):
            self._keep_lead(final, None, record.instance)
        self._check_accountable(final)

    def _kept(self, key, pairs):
        """Records without a row that stay all the same."""
        paired = {record.id for _row, record in pairs if record}
        if self.remove_missing:
            paired |= {record.id for record in self.missing[key]}
        return [record for record in self.content.records[key] if record.id not in paired]

    def _lead(self, row, record, values, activity, institution, final):
        moved = record and (
            linked(record.instance, "activity") is not activity
            or linked(record.instance, "institution") is not institution
        )
        instance = (
            Lead(activity=activity, institution=institution) if record is None or moved else record.instance
        )
        code, label = self._name("leads", values)
        if values.get("role") == "":
            values["role"] = LeadRole.LEAD if record is None else record.values["role"]
        item = self.item("leads", row, record, instance, values, code=code, label=label)
        if item.action != SAME:
            self.tell_of_both(row, record)
            if moved:
                item.extra["replaces"] = record.instance
                instance.role, instance.is_accountable, instance.order = (
                    record.instance.role,
                    record.instance.is_accountable,
                    record.instance.order,
                )
            for name in item.fields & {"role", "is_accountable"}:
                setattr(instance, name, values[name])
            if "order" in item.fields:
                instance.order = values["order"]
            self.clean(item)
        self.items.append(item)
        self._keep_lead(final, row, instance)

    def _keep_lead(self, final, row, lead):
        leads, key = final[id(linked(lead, "activity"))], linked(lead, "institution").pk
        if key in leads and row is not None:
            self.error(
                "lead_twice", row, "institution", "{message}", message=constraint_words(Lead, "lead_once")
            )
        leads[key] = (row, lead)

    def _check_accountable(self, final):
        for leads in final.values():
            accountable = [(row, one) for row, one in leads.values() if one.is_accountable]
            for row, _one in accountable[1:] if len(accountable) > 1 else ():
                at = row or next((other for other, _lead in accountable if other), None)
                if at is not None:
                    self.error(
                        "two_accountable",
                        at,
                        "is_accountable",
                        "{message}",
                        message=constraint_words(Lead, "lead_one_accountable"),
                    )

    def _drop_missing_of_gone(self, key):
        """What belongs to a thing that is taken out stays with it; it is not missing by itself."""
        gone = {
            id(one.instance) for name in ("activities", "indicators") for one in self.missing.get(name, ())
        }
        self.missing[key] = [one for one in self.missing[key] if id(one.owner) not in gone]
