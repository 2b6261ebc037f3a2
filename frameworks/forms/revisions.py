"""What can be asked of the revision log."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.forms.fields import DayField
from frameworks.models import User
from frameworks.revision_sources import AFTER_ENDORSEMENT, LEVELS, WITH_REASON, Asked, people_ids


class RevisionForm(forms.Form):
    """Filters of the log. A value that is not on offer is an error and filters nothing. `asked` is what they come to."""

    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False)
    pillar = forms.ChoiceField(label=gettext_lazy("Pillar"), required=False)
    code = forms.CharField(label=gettext_lazy("Code begins with"), max_length=40, required=False)
    person = forms.ChoiceField(label=gettext_lazy("Person"), required=False)
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("To"), required=False)
    only = forms.ChoiceField(
        label=gettext_lazy("Only"),
        required=False,
        choices=[
            ("", gettext_lazy("All changes")),
            (AFTER_ENDORSEMENT, gettext_lazy("After the plan was endorsed")),
            (WITH_REASON, gettext_lazy("With a reason")),
        ],
    )

    def __init__(self, data, *, plan):
        super().__init__(data or {})
        words = plan.words | {
            "pillar": _("Pillar"),
            "assumption": _("Assumption"),
            "crosswalk": _("Crosswalk"),
        }
        self.pillars = {one.code: one for one in plan.pillars.all()}
        people = User.objects.filter(pk__in=people_ids(plan)).order_by("display_name", "pk")
        self.fields["level"].choices = [("", _("All levels")), *((level, words[level]) for level in LEVELS)]
        self.fields["pillar"].choices = [
            ("", _("All pillars")),
            *((code, one.name) for code, one in self.pillars.items()),
        ]
        self.fields["person"].choices = [("", _("Everybody")), *((str(one.pk), str(one)) for one in people)]

    def clean_code(self):
        return self.cleaned_data["code"].strip()

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day lies before the first one."))
        return cleaned

    @property
    def asked(self):
        self.is_valid()
        said = self.cleaned_data
        pillar = self.pillars.get(said.get("pillar"))
        since, until = said.get("since"), said.get("until")
        return Asked(
            level=said.get("level", ""),
            pillar=pillar.pk if pillar else None,
            code=said.get("code", ""),
            person=int(said["person"]) if said.get("person") else None,
            since=_morning(since) if since else None,
            until=_morning(until + timedelta(days=1)) if until else None,
            only=said.get("only", ""),
        )

    @property
    def is_narrowed(self):
        self.is_valid()
        return any(self.cleaned_data.values())


def _morning(day):
    return timezone.make_aware(datetime.combine(day, time.min))
