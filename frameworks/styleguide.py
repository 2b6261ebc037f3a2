"""The style guide page: every piece of templates/README.md with invented content, for developers and designers.

Hook `styleguide` to a URL in debug and demo only. It reads no data.
"""

from decimal import Decimal

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render

from .choices import VOCABULARIES
from .templatetags.ui import icon_shapes


class SampleForm(forms.Form):
    """Fields of every kind; shown bound to bad input, so that errors can be looked at."""

    status = forms.ChoiceField(
        label="How does this activity stand?",
        choices=[("on_track", "On track"), ("delayed", "Delayed"), ("completed", "Completed")],
        widget=forms.RadioSelect,
        help_text="Choose what describes it on 31 December 2024.",
    )
    worked = forms.CharField(
        label="What worked", widget=forms.Textarea(attrs={"rows": 4}), help_text="Two or three sentences."
    )
    lead = forms.ChoiceField(
        label="Lead institution", choices=[("", "Choose one"), ("mssi", "MSSI"), ("sei", "SEI")]
    )
    due = forms.DateField(label="Deadline", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    pillars = forms.MultipleChoiceField(
        label="Pillars",
        choices=[("p1", "Participation"), ("p2", "Prevention")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    confirm = forms.BooleanField(label="I have checked these figures with my director")
    evidence = forms.FileField(
        label="Evidence", required=False, help_text="PDF, Word, Excel or picture, at most 10 MB."
    )


class SampleValueForm(forms.Form):
    numerator = forms.DecimalField(
        label="Women suco chiefs", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    denominator = forms.DecimalField(
        label="All suco chiefs", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )


class SampleFilterForm(forms.Form):
    pillar = forms.ChoiceField(
        label="Pillar", choices=[("", "All pillars"), ("p1", "Participation")], required=False
    )
    year = forms.ChoiceField(label="Year", choices=[("", "All years"), ("2024", "2024")], required=False)
    status = forms.ChoiceField(
        label="Status", choices=[("", "Any status"), ("delayed", "Delayed")], required=False
    )


class Sample:
    """Looks like a choice member to the charts."""

    def __init__(self, label, tone, glyph):
        self.label, self.tone, self.glyph = label, tone, glyph


COUNTS = [
    (Sample("Completed", "good", "check-circle"), 6),
    (Sample("On track", "ok", "play"), 11),
    (Sample("Continuous", "info", "loop"), 3),
    (Sample("Delayed", "warn", "clock"), 4),
    (Sample("Not started", "neutral", "circle"), 2),
    (Sample("Not due", "muted", "circle-dashed"), 9),
]
JUDGED = [
    (Sample("Achieved", "good", "star"), 3),
    (Sample("On track", "ok", "arrow-up-right"), 7),
    (Sample("At risk", "warn", "triangle"), 4),
    (Sample("Off track", "bad", "octagon"), 3),
    (Sample("Moved backwards", "back", "arrow-down-left"), 2),
    (Sample("No data", "muted", "minus-circle"), 5),
]
ROUNDS = [
    ("2022", Decimal("15.1"), None),
    ("2023", Decimal("15.4"), Decimal("15.5")),
    ("2024", None, Decimal("16.2")),
    ("2025", Decimal("15.9"), Decimal("16.8")),
    ("2026", Decimal("16.6"), Decimal("17.4")),
    ("2028", None, Decimal(18), "not yet due"),
]
MONEY = [
    (
        "Participation",
        [("Costed", Decimal(420000)), ("Approved", Decimal(310000)), ("Spent", Decimal(187400))],
    ),
    ("Prevention", [("Costed", Decimal(260000)), ("Approved", Decimal(0)), ("Spent", None)]),
    ("Protection", [("Costed", None), ("Approved", Decimal(145000)), ("Spent", Decimal("88250.50"))]),
]


def context():
    bad = SampleForm({"status": "", "worked": "", "lead": "mssi", "due": "31/31/2025"})
    return {
        "vocabularies": [(name, list(members)) for name, members in sorted(VOCABULARIES.items())],
        "tones": ["good", "ok", "warn", "bad", "back", "neutral", "info", "muted"],
        "icons": sorted(icon_shapes()),
        "form": bad,
        "clean_form": SampleForm(prefix="clean"),
        "value_form": SampleValueForm(initial={"numerator": "18", "denominator": "452"}),
        "filter_form": SampleFilterForm(prefix="f"),
        "counts": COUNTS,
        "judged": JUDGED,
        "rounds": ROUNDS,
        "baseline": ("2020", Decimal("14.8")),
        "money": MONEY,
        "years": [2024, 2025, 2026, 2027, 2028],
        "planned": [2024, 2025, 2026, 2027],
        "steps": [
            {"label": "Draft", "state": "done", "note": "3 February"},
            {"label": "Submitted", "state": "done", "note": "9 February"},
            {"label": "Accepted", "state": "current", "note": "waits for the secretariat"},
            {"label": "Endorsed", "state": "todo", "note": "by both co-leads"},
        ],
        "returned_steps": [
            {"label": "Submitted", "state": "done"},
            {"label": "Returned with a note", "state": "problem", "note": "the denominator is missing"},
            {"label": "Accepted", "state": "todo"},
        ],
        "meters": [
            (Decimal("83.8"), "warn"),
            (Decimal(118), "good"),
            (Decimal(-12), "back"),
            (Decimal(0), "bad"),
            (None, "muted"),
        ],
        "page_obj": Paginator(range(300), 20).page(4),
        "values": {
            "big": Decimal("12345.500"),
            "zero": Decimal(0),
            "none": None,
            "share": Decimal("3.98"),
            "down": Decimal(-3),
        },
    }


def styleguide(request):
    return render(request, "styleguide.html", context())
