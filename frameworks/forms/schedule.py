"""The grid of activities and years, and what narrows it down."""

from django import forms
from django.utils.translation import gettext_lazy

from frameworks.forms.base import reason_field
from frameworks.models import Activity


class ScheduleFilterForm(forms.Form):
    """pillars and institutions: rows to choose from. A value that is not offered filters nothing."""

    pillar = forms.ChoiceField(label=gettext_lazy("Pillar"), required=False)
    institution = forms.ChoiceField(label=gettext_lazy("Institution"), required=False)

    def __init__(self, data, *, pillars, institutions):
        super().__init__(data)
        self.fields["pillar"].choices = [
            ("", gettext_lazy("All pillars")),
            *((one.code, f"{one.code} {one.name}") for one in pillars),
        ]
        self.fields["institution"].choices = [
            ("", gettext_lazy("All institutions")),
            *((one.code, str(one)) for one in institutions),
        ]

    @property
    def values(self):
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ScheduleForm(forms.Form):
    """The ticks of the activities on one page.

    For each activity a hidden box says which years it had when the page was opened: so only what was changed here is
    written, and what somebody else changed meanwhile is noticed row by row.
    """

    reason = reason_field()

    def __init__(self, data=None, *, activities, plan):
        super().__init__(data)
        self.activities = activities
        self.years = sorted({*plan.years, *(year for one in activities for year in one.years)})
        if not plan.is_under_change_control:
            del self.fields["reason"]

    @staticmethod
    def _years(texts):
        return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) == 4}

    @staticmethod
    def shown_ids(data):
        """The ids of the activities that stood on the page that was sent."""
        return [
            int(name[4:])
            for name in data
            if name.startswith("was-") and name[4:].isascii() and name[4:].isdigit()
        ]

    @property
    def lines(self):
        """activity id → (years when the page was opened, years wanted)."""
        return {
            one.pk: (
                self._years(self.data[f"was-{one.pk}"].split()),
                self._years(self.data.getlist(f"y-{one.pk}")),
            )
            for one in self.activities
            if f"was-{one.pk}" in self.data
        }

    def accept_present(self, rows):
        """The next press of the button overwrites `rows` (Activities) as they are now; ticks stay as they were set."""
        self.data = self.data.copy()
        for row in rows:
            self.data[f"was-{row.pk}"] = " ".join(map(str, row.years))

    def row(self, activity: Activity):
        """(text of the hidden box, [(year, ticked)]) of one activity, as it is or as it was sent."""
        was, ticked = " ".join(map(str, activity.years)), set(activity.years)
        if self.is_bound and f"was-{activity.pk}" in self.data:
            was = self.data[f"was-{activity.pk}"]
            ticked = self._years(self.data.getlist(f"y-{activity.pk}"))
        return was, [(year, year in ticked) for year in self.years]
