"""Forms of a round's own dates: groups of institutions, exceptions, and the reason for taking one back."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks import providers
from frameworks.forms.activities import institution_options
from frameworks.forms.base import ConstrainedForm, VersionedMixin
from frameworks.forms.fields import DayField, lines
from frameworks.models import Institution, RoundGroup, RoundGroupMember
from frameworks.models.round import ExceptionKind
from frameworks.operations.round_groups import group_version

REASON_LENGTH = 1000


def reporters_of(round, *, keep=()):
    """Institution id → Institution: those that owe a report in the round, and `keep`, by name."""
    ids = providers.status().reporting_institutions(round) | set(keep)
    return {one.pk: one for one in Institution.objects.filter(pk__in=ids).in_order()}


def _reason_field(**options):
    return forms.CharField(max_length=REASON_LENGTH, widget=lines(3), **options)


class GroupForm(VersionedMixin, ConstrainedForm):
    """A group of institutions and its three dates. `institutions` (cleaned) is a list of Institution."""

    fixed = ("round",)
    constraint_fields = {
        "round_group_named_once": "name",
        "round_group_dates_in_order": "due_on",
        "round_group_one_each": "institutions",
    }
    institutions = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Institutions"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Those that owe a report in this round. Each is in one group at most."),
        error_messages={"required": gettext_lazy("Choose at least one institution.")},
    )
    opens_on = DayField(label=gettext_lazy("Reporting opens on"))
    due_on = DayField(
        label=gettext_lazy("Due on"), help_text=gettext_lazy("The deadline; this day is still on time.")
    )
    closes_on = DayField(
        label=gettext_lazy("Closes on"),
        help_text=gettext_lazy("The last day on which a late report is taken."),
    )
    reason = _reason_field(
        label=gettext_lazy("Why they report by other dates"),
        help_text=gettext_lazy("Everybody who works with the plan can read it on the page of the round."),
    )

    class Meta:
        model = RoundGroup
        fields = ["name", "opens_on", "due_on", "closes_on", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        group, round = self.instance, self.instance.round
        members = RoundGroupMember.objects.filter(round=round).select_related("group")
        elsewhere = {one.institution_id: one.group for one in members if one.group_id != group.pk}
        present = [one.institution_id for one in members if one.group_id == group.pk]
        self.reporters = reporters_of(round, keep=present)
        self.fields["institutions"].choices = [
            (
                pk,
                _("%(institution)s (in “%(group)s”)") % {"institution": label, "group": elsewhere[pk]}
                if pk in elsewhere
                else label,
            )
            for pk, label in institution_options(self.reporters)
        ]
        self.initial["institutions"] = present
        self.order_fields(["name", "institutions", "opens_on", "due_on", "closes_on", "reason"])
        if group.pk:
            self.add_version(group_version(group))

    def clean_institutions(self):
        return [self.reporters[pk] for pk in self.cleaned_data["institutions"]]

    def clean(self):
        cleaned = super().clean()
        start, opens = self.instance.round.period_start, cleaned.get("opens_on")
        if opens and opens < start:
            self.add_error("opens_on", _("Reporting cannot open before the period has begun."))
        return cleaned


class ExceptionForm(forms.Form):
    """Other days for one institution. `institution` (cleaned) is an Institution."""

    institution = forms.TypedChoiceField(label=gettext_lazy("Institution"), coerce=int)
    kind = forms.ChoiceField(
        label=gettext_lazy("What they get"), choices=ExceptionKind.choices, widget=forms.RadioSelect
    )
    until = DayField(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day, this day included."))
    reason = _reason_field(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "Stands on the page of the round and in the history. For example: asked for by letter of 3 March, floods in two districts."
        ),
    )

    def __init__(self, *args, round, **kwargs):
        super().__init__(*args, **kwargs)
        self.reporters = reporters_of(round)
        self.fields["institution"].choices = [("", _("Choose one")), *institution_options(self.reporters)]

    def clean_institution(self):
        return self.reporters[self.cleaned_data["institution"]]


class WhyForm(forms.Form):
    """Only the reason for a step that takes something back."""

    reason = _reason_field(
        label=gettext_lazy("Why"), help_text=gettext_lazy("Stands in the history of the round.")
    )
