"""The forms of the crosswalk: what one thing answers, what is linked to one provision, and the frameworks themselves."""

from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.crosswalk import LEVELS, all_provisions
from frameworks.forms.base import ConstrainedForm, VersionedMixin, add_refusal
from frameworks.forms.fields import LinesField, WholeNumberField
from frameworks.models import ExternalFramework, Provision
from frameworks.models.plan import code_validator
from frameworks.operations.crosswalk import framework_version, link_version

#: A framework with this code could not be told apart from a part of an address.
RESERVED = {"of"}


@dataclass
class ProvisionRow:
    """A provision with its check box and its radio button (bound widgets)."""

    provision: object
    check: object
    radio: object


@dataclass
class ProvisionGroup:
    """The rows of one framework; `ticked` of them are ticked."""

    framework: object
    rows: list = field(default_factory=list)
    ticked: int = 0


class ThingProvisionsForm(VersionedMixin, forms.Form):
    """Every provision as a check box, and which of them is the primary one. `links`: ThingLinks as they are."""

    NO_PRIMARY = "none"

    provisions = forms.MultipleChoiceField(
        label=gettext_lazy("What it answers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    primary = forms.ChoiceField(label=gettext_lazy("Primary"), required=False, widget=forms.RadioSelect)

    def __init__(self, data=None, *, level, row, links):
        primary = next((str(one.provision.pk) for one in links if one.is_primary), self.NO_PRIMARY)
        super().__init__(
            data,
            initial={"provisions": [str(one.provision.pk) for one in links], "primary": primary},
        )
        self.known = {str(one.pk): one for one in all_provisions()}
        choices = [(pk, str(one)) for pk, one in self.known.items()]
        self.fields["provisions"].choices = choices
        self.fields["primary"].choices = [
            (self.NO_PRIMARY, _("None is the primary one")),
            *choices,
        ]
        self.add_version(link_version(level, row))

    def clean(self):
        cleaned = super().clean()
        chosen = [self.known[pk] for pk in cleaned.get("provisions", [])]
        primary = self.known.get(cleaned.get("primary"))
        cleaned["provisions"], cleaned["primary"] = chosen, primary
        return cleaned

    def groups(self):
        """The provisions by framework, with their inputs."""
        groups = {}
        checks, radios = self["provisions"], list(self["primary"])[1:]
        for provision, check, radio in zip(self.known.values(), checks, radios, strict=True):
            group = groups.setdefault(provision.framework_id, ProvisionGroup(provision.framework))
            group.rows.append(ProvisionRow(provision, check, radio))
            group.ticked += bool(check.data["selected"])
        return list(groups.values())

    @property
    def no_primary(self):
        return self["primary"][0]

    def add_refusal(self, error):
        add_refusal(self, error)


class CoverForm(forms.Form):
    """Narrows the page of one framework."""

    ALL, COVERED, UNTOUCHED = "", "covered", "untouched"
    show = forms.ChoiceField(label=gettext_lazy("Show"), required=False)
    pillar = forms.ChoiceField(label=gettext_lazy("Answered by pillar"), required=False)

    def __init__(self, data=None, *, pillars):
        super().__init__(data)
        self.fields["show"].choices = [
            (self.ALL, _("All provisions")),
            (self.COVERED, _("Covered")),
            (self.UNTOUCHED, _("Untouched")),
        ]
        self.fields["pillar"].choices = [("", _("Any pillar")), *((one.code, one.name) for one in pillars)]

    @property
    def asked(self):
        """(whether covered or None for all, code of the pillar or ""); a value that is not on offer asks for nothing."""
        self.is_valid()
        covered = {self.COVERED: True, self.UNTOUCHED: False}.get(self.cleaned_data.get("show"))
        return covered, self.cleaned_data.get("pillar", "")


class OfferForm(forms.Form):
    """Finds goals, outputs, activities and indicators that can be linked."""

    q = forms.CharField(label=gettext_lazy("Words or code"), required=False, max_length=200)
    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False)
    pillar = forms.ChoiceField(label=gettext_lazy("Pillar"), required=False)

    def __init__(self, data=None, *, plan, pillars):
        super().__init__(data)
        words = plan.words
        self.fields["level"].choices = [("", _("All levels")), *((one, words[one]) for one in LEVELS)]
        self.fields["pillar"].choices = [("", _("All pillars")), *((one.code, one.name) for one in pillars)]

    @property
    def asked(self):
        """What to search for, as keyword arguments of frameworks.crosswalk.Offer."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}

    @property
    def is_narrowed(self):
        return any(self.asked.values())


class LinkForm(forms.Form):
    """Ticks some of the Things on offer. `chosen` is level → codes."""

    things = forms.MultipleChoiceField(
        label=gettext_lazy("What to link"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick at least one."),
            "invalid_choice": gettext_lazy(
                "One of those that you ticked is no longer on offer: somebody may have linked or retired it. Look again."
            ),
        },
    )

    def __init__(self, data=None, *, offered):
        super().__init__(data)
        self.offered = offered
        self.fields["things"].choices = [(one.key, f"{one.word} {one.code}") for one in offered]

    def rows(self):
        """(Thing, its check box)."""
        return list(zip(self.offered, self["things"], strict=True))

    @property
    def chosen(self):
        codes = {}
        for key in self.cleaned_data["things"]:
            level, _colon, code = key.partition(":")
            codes.setdefault(level, []).append(code)
        return codes


class ExternalFrameworkForm(VersionedMixin, ConstrainedForm):
    fixed = ()
    constraint_fields = {"provision_once": "provisions"}
    provisions = LinesField(
        label=gettext_lazy("Provisions"),
        required=False,
        rows=14,
        help_text=gettext_lazy(
            "One per line: its code, a space, its title. For example: 5.5 Women's participation and leadership. "
            "A line that you take away removes the provision, unless a plan is linked to it."
        ),
    )

    class Meta:
        model = ExternalFramework
        fields = ["code", "short_name", "name", "issuer", "year", "order"]
        field_classes = {"year": WholeNumberField, "order": WholeNumberField}
        help_texts = {
            "short_name": gettext_lazy("As it stands beside a provision: SDG 5.5."),
            "order": gettext_lazy("Where it stands in the list; 1 comes first."),
            "year": gettext_lazy("When it was adopted."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["order"].required = False
        if self.instance.pk:
            self.fields["code"].disabled = True
            self.fields["code"].help_text = _("Stays as it is: it stands in addresses and data.")
            rows = self.instance.provisions.order_by("sort_key")
            self.initial["provisions"] = [f"{one.code} {one.title}" for one in rows]
            self.add_version(framework_version(self.instance))

    def clean_code(self):
        code = self.cleaned_data["code"]
        if code.lower() in RESERVED:
            raise ValidationError(_("This word is taken by the addresses of the pages: choose another code."))
        return code

    def clean_order(self):
        return self.cleaned_data["order"] or 0

    def clean_provisions(self):
        """{code: title}; every line that cannot be read is named."""
        found, problems, seen = {}, [], set()
        for number, line in enumerate(self.cleaned_data["provisions"], start=1):
            code, _space, title = line.partition(" ")
            title = title.strip()
            problem = self._problem(code, title, seen)
            if problem:
                problems.append(
                    _("Line %(number)s, “%(line)s”: %(problem)s")
                    % {"number": number, "line": line[:60], "problem": problem}
                )
            seen.add(code.lower())
            found[code] = title
        if problems:
            raise ValidationError(problems)
        return found

    def _problem(self, code, title, seen):
        if not title:
            return _("write the code, a space and the title.")
        if len(code) > Provision._meta.get_field("code").max_length:
            return _("a code has at most 40 characters.")
        if len(title) > Provision._meta.get_field("title").max_length:
            return _("a title has at most 300 characters.")
        if code.lower() in seen:
            return _("this code is there twice.")
        try:
            code_validator(code)
        except ValidationError as error:
            return " ".join(error.messages)
        return ""

    @property
    def changed_fields(self):
        own = {field.name for field in ExternalFramework._meta.local_fields}
        return [name for name in self.changed_data if name in own]
