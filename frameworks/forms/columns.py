"""The form of the column-mapping step: one part for every sheet of the file (frameworks/imports/columns.py)."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.utils import get_column_letter

from frameworks.imports.columns import LEAVE, Mapping, columns_of, header_of, samples_of, years_shown
from frameworks.imports.layout import GROUPS, MATRIX
from frameworks.imports.vocabulary import FIELD_LABELS, LEVELS

#: Fields of an indicator beside its text, in the order in which matrices have them.
OF_INDICATOR = (
    "type", "direction", "unit", "dimensions", "baseline", "baseline_year", "target", "data_source",
    "means_of_verification", "frequency", "definition",
)  # fmt: skip
OF_GROUP = ("group", "leads", "government_lead", "cso_lead", "members")
READ_AS = [
    (MATRIX, gettext_lazy("A logframe")),
    (GROUPS, gettext_lazy("Working groups")),
    (LEAVE, gettext_lazy("Leave it out")),
]


def choices_of(kind, plan, years):
    """What a column may be, in groups; the levels are called as the plan calls them."""
    nothing = ("", _("– not imported –"))
    if kind == GROUPS:
        labels = dict(FIELD_LABELS) | {"leads": _("Co-leads")}
        return [nothing, *((name, labels[name]) for name in OF_GROUP)]
    levels = {level: plan.words.get(level) or FIELD_LABELS[level] for level in LEVELS}
    codes = [(f"{level}_code", _("%(level)s: its code") % {"level": levels[level]}) for level in LEVELS]
    return [
        nothing,
        (_("Chain of results"), list(levels.items())),
        (_("Who"), [(name, FIELD_LABELS[name]) for name in ("leads", "support")]),
        (
            _("When"),
            [
                ("schedule", _("Years, in words (2024-2026)")),
                *((f"schedule:{year}", _("Marks of %(year)s") % {"year": year}) for year in years),
            ],
        ),
        (
            _("Indicator"),
            [
                (name, _("Target at the end") if name == "target" else FIELD_LABELS[name])
                for name in OF_INDICATOR
            ],
        ),
        (
            _("Target of a year"),
            [(f"target:{year}", _("Target %(year)s") % {"year": year}) for year in years],
        ),
        (_("Codes in a column of their own"), codes),
    ]


class SheetForm(forms.Form):
    """How one sheet is read. `seen` is what its columns were guessed for: whoever changes that gets new guesses first."""

    read = forms.ChoiceField(label=gettext_lazy("What this sheet is"), choices=READ_AS)
    first = forms.IntegerField(
        label=gettext_lazy("Headers begin in row"),
        min_value=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    last = forms.IntegerField(
        label=gettext_lazy("and end in row"),
        min_value=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    pillar = forms.CharField(
        label=gettext_lazy("Pillar of the whole sheet"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Only where no column and no line of the sheet names it."),
        widget=forms.TextInput(attrs={"list": "pillars"}),
    )
    goal = forms.CharField(label="", required=False, max_length=2000)
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, grid, mapping, kind, plan, *args, recognised=True, **kwargs):
        self.grid, self.mapping, self.kind, self.recognised = grid, mapping, kind, recognised
        initial = {
            "read": mapping.read,
            "first": mapping.first,
            "last": mapping.last,
            "pillar": mapping.pillar,
            "goal": mapping.goal,
            "seen": seen_of(mapping, kind),
        }
        super().__init__(*args, initial=initial, **kwargs)
        level = plan.words["goal"]
        self.fields["goal"].label = _("%(level)s of the whole sheet") % {"level": level}
        self.fields["goal"].help_text = _("Only where no column and no line of the sheet names it.")
        years = sorted({*plan.years, *years_shown(grid, mapping)})
        self.columns = columns_of(grid, mapping.first)
        options = choices_of(kind, plan, years)
        for index in self.columns:
            self.fields[f"c{index}"] = forms.ChoiceField(
                label=_("What is column %(column)s?") % {"column": get_column_letter(index)},
                choices=options,
                required=False,
                initial=mapping.columns.get(index, ""),
            )

    @property
    def rows(self):
        """[(letter, header, samples, bound field)] of the columns, from left to right."""
        samples = samples_of(self.grid, self.mapping.last)
        return [
            (
                get_column_letter(index),
                header_of(self.grid, self.mapping, index),
                samples.get(index, []),
                self[f"c{index}"],
            )
            for index in self.columns
        ]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("read") == LEAVE:
            return cleaned
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and first > self.grid.last_row:
            self.add_error("first", _("The sheet has only %(rows)s rows.") % {"rows": self.grid.last_row})
        elif first and last and not first <= last < self.grid.last_row:
            self.add_error(
                "last",
                _("The headers end at or below the row in which they begin, and above the last row."),
            )
        if self.errors:
            return cleaned
        self._refuse_doubles(cleaned)
        fields = {cleaned.get(f"c{index}", "") for index in self.columns}
        if self.kind == MATRIX and not fields & {"activity", "indicator"}:
            self.add_error(
                None,
                _(
                    "Sheet “%(sheet)s”: say which column holds the activities or the indicators, or leave the sheet out."
                )
                % {"sheet": self.grid.title},
            )
        if self.kind == GROUPS and not (
            "group" in fields and fields & {"members", "leads", "government_lead", "cso_lead"}
        ):
            self.add_error(
                None,
                _(
                    "Sheet “%(sheet)s”: say which column names the working group, and which its co-leads or members."
                )
                % {"sheet": self.grid.title},
            )
        return cleaned

    def _refuse_doubles(self, cleaned):
        taken = {}
        for index in self.columns:
            token = cleaned.get(f"c{index}", "")
            if token and token in taken:
                self.add_error(
                    f"c{index}",
                    _("Column %(other)s is that already. A sheet can have one only.")
                    % {"other": get_column_letter(taken[token])},
                )
            taken.setdefault(token, index)

    def to_mapping(self):
        """The Mapping that the valid form says."""
        data = self.cleaned_data
        columns = {index: data[f"c{index}"] for index in self.columns if data.get(f"c{index}")}
        return Mapping(data["read"], data["first"], data["last"], columns, data["pillar"], data["goal"])


def seen_of(mapping, kind):
    return f"{kind} {mapping.first} {mapping.last}"
