"""Forms of a plan: making one, and changing what is said about it."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.countries import NAMES
from frameworks.forms.base import ConstrainedForm, VersionedMixin, reason_field
from frameworks.forms.fields import DayField, FigureField, LinesField, WholeNumberField, lines
from frameworks.models import Plan, Theme
from frameworks.models.plan import GlobalPillar, PillarKind
from frameworks.operations.plans import NewPillar, needs_reason, plan_version
from frameworks.operations.themes import themes_on_offer

_PILLAR_LINE = re.compile(r"^(?P<code>[A-Za-z]?\d{1,3})[.:)]?\s+(?P<name>\S.*)$")
#: Which global pillar a name speaks of, by the stems of its words.
_STEMS = {
    "particip": GlobalPillar.PARTICIPATION,
    "prevent": GlobalPillar.PREVENTION,
    "prote": GlobalPillar.PROTECTION,
    "relief": GlobalPillar.RELIEF_AND_RECOVERY,
    "recover": GlobalPillar.RELIEF_AND_RECOVERY,
    "peacebuilding": GlobalPillar.RELIEF_AND_RECOVERY,
    "peace-building": GlobalPillar.RELIEF_AND_RECOVERY,
}
_SUPPORT_STEMS = ("monitoring", "evaluation", "coordination", "learning")
#: Words that are addresses of pages already.
_TAKEN_CODES = {"new"}

#: How long such plans usually run, in years. Others are possible, and pointed out.
USUAL_LENGTH = range(5, 11)

DEFAULT_PILLARS = ["P1 Participation", "P2 Prevention", "P3 Protection", "P4 Relief and recovery"]


def _labels(*names):
    hints = {
        "goal_label": gettext_lazy("For example: Outcome. Empty: Goal."),
        "output_label": gettext_lazy("For example: Objective. Empty: Output."),
        "activity_label": gettext_lazy("For example: Action point. Empty: Activity."),
    }
    return {name: hints[name] for name in names}


class _PlanForm(ConstrainedForm):
    """What both forms share: whole years, thresholds in percent, the plan's own words."""

    fixed = ()
    constraint_fields = {
        "plan_years_in_order": "end_year",
        "plan_years_plausible": "start_year",
        "plan_thresholds_in_order": "at_risk_from",
    }
    start_year = WholeNumberField(label=gettext_lazy("First year"), min_value=1, max_value=9999)
    end_year = WholeNumberField(label=gettext_lazy("Last year"), min_value=1, max_value=9999)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        others = Plan.objects.visible_to(user).order_by("country", "-start_year")
        if self.instance.pk:
            others = others.exclude(pk=self.instance.pk)
        for name in ("parent", "predecessor"):
            self.fields[name].queryset = others
            self.fields[name].empty_label = _("None")

    def clean_currency(self):
        currency = self.cleaned_data["currency"].upper()
        if not re.fullmatch(r"[A-Z]{3}", currency):
            raise ValidationError(_("Write the three letters of the currency, for example USD."))
        return currency

    def clean(self):
        cleaned = super().clean()
        parent, before = cleaned.get("parent"), cleaned.get("predecessor")
        if cleaned.get("level") == "subnational" and not parent:
            self.add_error("parent", _("A subnational plan belongs to a national one: choose it."))
        if cleaned.get("level") == "national" and parent:
            self.add_error(
                "parent", _("A national plan has no parent: leave this empty, or choose “Subnational”.")
            )
        if before and cleaned.get("start_year") and before.start_year >= cleaned["start_year"]:
            self.add_error(
                "predecessor",
                _("The predecessor began in %(year)s, which is not before this plan.")
                % {"year": before.start_year},
            )
        return cleaned


class PlanForm(_PlanForm):
    """A new plan with its pillars."""

    pillars = LinesField(
        label=gettext_lazy("Pillars"),
        rows=6,
        initial=DEFAULT_PILLARS,
        help_text=gettext_lazy(
            "One per line: a code and a name. These are the four global pillars of UN Security Council resolution 1325; "
            "write your plan's own. A working group is made for each."
        ),
    )

    class Meta:
        model = Plan
        fields = [
            "title", "code", "country", "level", "parent", "start_year", "end_year", "generation", "predecessor", "currency",
            "goal_label", "output_label", "activity_label",
        ]  # fmt: skip
        help_texts = {
            "generation": gettext_lazy("1 for the first plan of its kind, 2 for the second."),
            "predecessor": gettext_lazy("The plan that this one continues."),
            "parent": gettext_lazy("Only for a subnational plan."),
            "country": gettext_lazy("The two-letter code, for example TL for Timor-Leste or PH for the Philippines."),
        } | _labels("goal_label", "output_label", "activity_label")  # fmt: skip

    generation = WholeNumberField(
        label=gettext_lazy("Generation"),
        min_value=1,
        max_value=99,
        initial=1,
        help_text=Meta.help_texts["generation"],
    )

    def clean_code(self):
        code = self.cleaned_data["code"]
        if code.lower() in _TAKEN_CODES:
            raise ValidationError(
                _("“%(code)s” is an address of its own here: choose another code.") % {"code": code}
            )
        return code

    def clean_country(self):
        country = self.cleaned_data["country"].upper()
        if not re.fullmatch(r"[A-Z]{2}", country):
            known = ", ".join(f"{code} {name}" for code, name in NAMES.items())
            raise ValidationError(
                _("Write the two letters of the country, for example: %(known)s.") % {"known": known}
            )
        return country

    def clean_pillars(self):
        return read_pillars(self.cleaned_data["pillars"])


def length_doubt(plan):
    """What to say of a plan that is shorter or longer than usual; "" for 5 to 10 years. It is saved all the same."""
    years = len(plan.years)
    if years in USUAL_LENGTH:
        return ""
    return _("The plan runs %(first)s–%(last)s: such plans usually run 5 to 10 years. Check the years.") % {
        "first": plan.start_year,
        "last": plan.end_year,
    }


def read_pillars(texts):
    """NewPillars from lines such as "P1 Participation" or "Prevention" (then the code is given).

    Raises ValidationError naming the line. The global pillar is guessed from the name; a pillar of monitoring, evaluation
    or learning is a support pillar (DOMAIN.md, Glossary).
    """
    found = []
    for number, text in enumerate(texts, start=1):
        match = _PILLAR_LINE.match(text)
        code = match["code"] if match else f"P{number}"
        name = match["name"].strip() if match else text
        if len(name) > 120:
            raise ValidationError(
                _("Line %(line)s: the name is longer than 120 characters.") % {"line": number}
            )
        for other in found:
            if code.lower() == other.code.lower() or name.lower() == other.name.lower():
                raise ValidationError(
                    _("Line %(line)s: “%(text)s” is there twice.") % {"line": number, "text": text}
                )
        found.append(_pillar(code, name))
    if not found:
        raise ValidationError(_("A plan needs at least one pillar."))
    return found


def _pillar(code, name):
    folded = name.lower()
    support = any(stem in folded for stem in _SUPPORT_STEMS)
    about = "" if support else next((pillar for stem, pillar in _STEMS.items() if stem in folded), "")
    return NewPillar(
        code=code,
        name=name,
        kind=PillarKind.SUPPORT if support else PillarKind.SUBSTANTIVE,
        global_pillar=str(about),
    )


class PlanEditForm(VersionedMixin, _PlanForm):
    """What is said about a plan. Its code stays: it stands in addresses and data."""

    adopted_on = DayField(label=gettext_lazy("Adopted on"), required=False)
    launched_on = DayField(label=gettext_lazy("Launched on"), required=False)
    on_track_from = FigureField(
        label=gettext_lazy("On track from"),
        max_digits=5,
        decimal_places=2,
        percent=True,
        help_text=gettext_lazy("Achievement in percent, for example 90."),
    )
    at_risk_from = FigureField(
        label=gettext_lazy("At risk from"),
        max_digits=5,
        decimal_places=2,
        percent=True,
        help_text=gettext_lazy("In percent; below this an indicator is off track."),
    )
    themes = forms.MultipleChoiceField(
        label=gettext_lazy("Themes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Concerns that run across the pillars."),
    )
    reason = reason_field()

    class Meta:
        model = Plan
        fields = [
            "title", "status", "is_public", "level", "parent", "start_year", "end_year", "generation", "predecessor",
            "adopted_on", "launched_on", "vision", "theory_of_change", "goal_label", "output_label", "activity_label",
            "on_track_from", "at_risk_from", "currency",
        ]  # fmt: skip
        widgets = {"vision": lines(3), "theory_of_change": lines(4)}
        labels = {"is_public": gettext_lazy("Show this plan to the public")}
        help_texts = {
            "status": gettext_lazy("From “Endorsed” on, a change of what was promised needs a reason."),
            "is_public": gettext_lazy(
                "The framework, and the figures of rounds that were published. Drafts, people and costs stay inside."
            ),
        } | _labels("goal_label", "output_label", "activity_label")

    generation = WholeNumberField(label=gettext_lazy("Generation"), min_value=1, max_value=99)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.was_controlled = self.instance.is_under_change_control
        self.fields["themes"].choices = list(themes_on_offer().items())
        self.initial["themes"] = list(
            Theme.objects.filter(plans=self.instance).order_by("name").values_list("code", flat=True)
        )
        self.add_version(plan_version(self.instance))

    def clean(self):
        cleaned = super().clean()
        changed = [name for name in self.changed_data if name not in ("reason", "version")]
        if (
            needs_reason(self.was_controlled, changed, cleaned.get("status"))
            and not cleaned.get("reason", "").strip()
        ):
            self.add_error("reason", _("The plan is endorsed: say why this is changed."))
        return cleaned
