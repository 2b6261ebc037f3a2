"""The boxes of course corrections and of spending, which stand on the page of an activity beside its story."""

from dataclasses import dataclass

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.currencies import offered
from budgets.operations.spending import Spent, as_spent, spent_problems
from frameworks.forms.fields import DayField, FigureField
from monitoring.cells import REASON_LENGTH
from monitoring.corrections import (
    OWNER_LENGTH,
    PARTS,
    Correction,
    as_correction,
    box,
    correction_problems,
    next_place,
    place_of,
)
from monitoring.forms.fields import TidyText
from monitoring.models.submission import ActivityStatus
from monitoring.spending import PARTS as SPENDING_PARTS
from monitoring.spending import box as spending_box
from monitoring.spending import spent_text


@dataclass(frozen=True, slots=True)
class CorrectionSet:
    """The boxes of one correction. `is_saved` is False for the empty set that is always offered."""

    place: int
    is_saved: bool
    cause: object
    measure: object
    owner: object
    due: object
    done: object


class CorrectionBoxes:
    """Part of a form: one set of boxes for each saved correction, for each that was sent, and one empty set."""

    def add_corrections(self, saved):
        """`saved`: CourseCorrection rows of the activity."""
        self.saved_corrections = {row.order: row for row in saved}
        sent = {place_of(name) for name in self.data} - {None}
        places = sorted(self.saved_corrections.keys() | sent)
        empty = [] if any(self._is_empty(place) for place in places) else [next_place(places)]
        self.places = [place for place in [*places, *empty] if place]
        for place in self.places:
            row = as_correction(self.saved_corrections.get(place))
            for part, field in _correction_fields().items():
                self.fields[box(place, part)] = field
                self.initial[box(place, part)] = getattr(row, PARTS[part])

    def _is_empty(self, place):
        if place in self.saved_corrections and not self.is_bound:
            return False
        return not any((self.data.get(box(place, part)) or "").strip() for part in PARTS)

    @property
    def opens_corrections(self):
        """Whether the page shows the boxes at once: they are asked for, or something stands in them."""
        filled = self.is_bound and not all(self._is_empty(place) for place in self.places)
        return bool(self["status"].value() == ActivityStatus.DELAYED or self.saved_corrections or filled)

    @property
    def correction_sets(self):
        return [
            CorrectionSet(
                place, place in self.saved_corrections, **{part: self[box(place, part)] for part in PARTS}
            )
            for place in self.places
        ]

    def check_corrections(self):
        for place in self.places:
            names = [box(place, part) for part in PARTS]
            if not any(name in self.errors for name in names):
                for part, words in correction_problems(self._correction(place)):
                    self.add_error(box(place, part), words)

    def _correction(self, place):
        return Correction(**{PARTS[part]: self.cleaned_data.get(box(place, part)) for part in PARTS})

    def told_corrections(self):
        """place → Correction for save_activity. A place of which no box was sent is left out, and so stays as it is."""
        return {
            place: self._correction(place)
            for place in self.places
            if any(box(place, part) in self.data for part in PARTS if part != "done")
        }


def _correction_fields():
    return {
        "cause": TidyText(label=gettext_lazy("What stands in the way"), rows=2),
        "measure": TidyText(label=gettext_lazy("What is done about it"), rows=2),
        "owner": TidyText(label=gettext_lazy("Who does it"), max_length=OWNER_LENGTH, widget=forms.TextInput),
        "due": DayField(label=gettext_lazy("Until"), required=False),
        "done": forms.BooleanField(label=gettext_lazy("This is done"), required=False),
    }


#: The button that takes over what the budget lines say was spent.
TAKE_LINES = "spent-lines"


def pressed(data, wish, last, to_take=None):
    """The data of the page as the pressed button changes it: one correction dropped, one of last time taken over, or the
    spending of the budget lines.

    `wish` is the button's value: `corr-2-drop`, `last-1-done`, `last-1-open`, TAKE_LINES; anything else changes nothing.
    `last`: the CourseCorrection rows of last time. `to_take`: (amount, currency) of the lines, or None.
    """
    if wish == TAKE_LINES and to_take:
        changed = data.copy()
        changed[spending_box("amount")], changed[spending_box("currency")] = str(to_take[0]), to_take[1]
        changed[spending_box("why")] = ""
        return changed
    word, _dash, rest = wish.partition("-")
    number, _dash, what = rest.partition("-")
    if word == "corr" and what == "drop":
        return _without(data, number)
    row = next((one for one in last if word == "last" and str(one.order) == number), None)
    if row is None or what not in ("done", "open"):
        return data
    return _with(data, row, is_done=what == "done")


def _without(data, number):
    if place_of(f"corr-{number}-cause") is None:
        return data
    changed = data.copy()
    for part in PARTS:
        changed.pop(f"corr-{number}-{part}", None)
    changed[f"corr-{number}-cause"] = ""
    return changed


def _with(data, row, *, is_done):
    place = next_place({place_of(name) for name, text in data.items() if text.strip()} - {None})
    if place is None:
        return data
    changed = data.copy()
    changed[box(place, "cause")], changed[box(place, "measure")] = row.cause, row.measure
    changed[box(place, "owner")] = row.owner
    changed[box(place, "due")] = row.due_on.isoformat() if row.due_on else ""
    if is_done:
        changed[box(place, "done")] = "on"
    return changed


class SpendingBoxes:
    """Part of a form: what was spent on the activity in the round."""

    def add_spending(self, saved, currencies):
        """`saved`: the Expenditure, or None. currencies: those that the plan uses here, the default first."""
        spent = as_spent(saved)
        codes = offered(*currencies, spent.currency)
        fields = {
            "amount": FigureField(
                label=gettext_lazy("Spent in this period"),
                required=False,
                max_digits=18,
                decimal_places=2,
            ),
            "currency": forms.ChoiceField(
                label=gettext_lazy("Currency"), required=False, choices=[(one, one) for one in codes]
            ),
            "why": TidyText(
                label=gettext_lazy("Not known because"), max_length=REASON_LENGTH, widget=forms.TextInput
            ),
            "comment": TidyText(
                label=gettext_lazy("Note on the spending"),
                rows=2,
                help_text=gettext_lazy("What is counted in it, and from which budget."),
            ),
        }
        for part, field in fields.items():
            self.fields[spending_box(part)] = field
            self.initial[spending_box(part)] = getattr(spent, SPENDING_PARTS[part])
        self.initial[spending_box("currency")] = spent.currency or codes[0]

    amount_box = property(lambda self: self[spending_box("amount")])
    currency_box = property(lambda self: self[spending_box("currency")])
    spending_why_box = property(lambda self: self[spending_box("why")])
    spending_comment_box = property(lambda self: self[spending_box("comment")])

    def check_spending(self):
        if not any(spending_box(part) in self.errors for part in SPENDING_PARTS):
            parts = {name: part for part, name in SPENDING_PARTS.items()}
            for name, words in spent_problems(self._spent()):
                self.add_error(spending_box(parts[name]), words)

    def _spent(self):
        said = {name: self.cleaned_data.get(spending_box(part)) for part, name in SPENDING_PARTS.items()}
        if said["amount"] is None:
            said["currency"] = ""
        return Spent(**said)

    def told_spending(self):
        """The Spent for save_activity; None where the page sent none of its boxes."""
        told = any(spending_box(part) in self.data for part in SPENDING_PARTS if part != "currency")
        return self._spent() if told else None


def correction_text(correction):
    """A correction in one text, for comparing what is saved with what was typed; "" for a blank one."""
    if correction.is_blank:
        return ""
    lines = [
        (_("What stands in the way"), correction.cause),
        (_("What is done about it"), correction.measure),
        (_("Who does it"), correction.owner),
        (_("Until"), date_format(correction.due_on, "j F Y") if correction.due_on else ""),
    ]
    text = "\n".join(f"{label}: {said}" for label, said in lines if said)
    return text + ("\n" + _("This is done") if correction.is_done else "")


def story_differences(form, stale):
    """(label, saved, typed) of the corrections and the spending that differ between a StaleDraft and a valid form."""
    pairs = [
        (
            _("Course correction %(number)d") % {"number": place},
            correction_text(as_correction(stale.corrections.get(place))),
            correction_text(told),
        )
        for place, told in form.told_corrections().items()
    ]
    spent = form.told_spending()
    if spent is not None:
        pairs.append((_("Spending"), spent_text(as_spent(stale.spending)), spent_text(spent)))
    return [one for one in pairs if one[1] != one[2]]
