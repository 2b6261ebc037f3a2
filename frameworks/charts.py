"""Turns figures into coordinates for the SVG templates of templates/charts/. Pure: Decimal, int or None in, plain data out.

The same drawing goes into the page and the PDF. Missing values leave a gap and are said in words; they are never drawn as
zero (DOMAIN.md, "Arithmetic"). Coordinates are rounded to one decimal of a viewBox unit.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.utils.translation import gettext as _

from .formatting import as_decimal, format_number

#: Fill on paper by tone. On screen app CSS recolours the classes t-<tone>.
TONE_FILL = {
    "good": "#2f7d4f",
    "ok": "#3a9aa2",
    "warn": "#d99a1c",
    "bad": "#c0392b",
    "back": "#7d1d48",
    "neutral": "#a69da5",
    "info": "#3d6cc0",
    "muted": "#d6cfca",
}
#: Hatching by tone, so that neighbours differ without colour. None is plain.
TONE_HATCH = {
    "good": None,
    "ok": "slash",
    "warn": "dots",
    "bad": "cross",
    "back": "bars",
    "neutral": None,
    "info": "lines",
    "muted": None,
}
ROOM_FOR_COUNT = Decimal(8)  # % of the bar that holds a count on a phone


def _r(value):
    """One decimal, without a trailing .0: what a coordinate looks like in the SVG."""
    text = f"{Decimal(value).quantize(Decimal('0.1')):f}"
    return text.removesuffix(".0").replace("-0", "0") if text in {"-0.0", "0.0"} else text.removesuffix(".0")


@dataclass(frozen=True)
class Segment:
    """A piece of a stacked bar; start, width and middle in % of the bar."""

    label: str
    tone: str
    glyph: str
    count: int
    fill: str
    hatch: str | None
    start: str
    width: str
    middle: str
    roomy: bool


@dataclass(frozen=True)
class StatusBar:
    total: int
    segments: tuple
    description: str


def status_bar(counts):
    """A stacked bar of counts by status. `counts`: (ToneChoices member, count) pairs in the order of the vocabulary.

    Statuses with 0 take no room in the bar. A total of 0 gives no segments: the template then says so. Places are in
    percent, so that the bar stretches to any width while its figures keep their size.
    """
    kept = [(member, int(count)) for member, count in counts if count]
    total = sum(count for _member, count in kept)
    segments, before = [], 0
    for member, count in kept:
        start, width = Decimal(100) * before / total, Decimal(100) * count / total
        segments.append(
            Segment(
                label=str(member.label),
                tone=member.tone,
                glyph=member.glyph,
                count=count,
                fill=TONE_FILL[member.tone],
                hatch=TONE_HATCH[member.tone],
                start=_r(start),
                width=_r(width),
                middle=_r(start + width / 2),
                roomy=width >= ROOM_FOR_COUNT,
            )
        )
        before += count
    description = ", ".join(f"{s.label} {s.count}" for s in segments) or _("Nothing to count yet.")
    return StatusBar(total, tuple(segments), description)


def nice_ticks(low, high, *, about=4):
    """Round tick values that cover low..high, roughly `about` steps: 0, 20, 40 … never an empty range."""
    low, high = Decimal(low), Decimal(high)
    if low == high:
        high = low + (abs(low) if low else Decimal(1))
    raw = (high - low) / about
    magnitude = Decimal(1).scaleb(raw.adjusted())
    step = next(magnitude * m for m in (1, 2, Decimal("2.5"), 5, 10) if magnitude * m >= raw)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return [step * n for n in range(int(first), int(last) + 1)]


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    label: str
    text: str
    label_y: str


@dataclass(frozen=True)
class Trend:
    width: int
    height: int
    left: int
    right: int
    bottom: int
    ticks: tuple  # (y, text)
    columns: tuple  # (x, label, words when the value is missing)
    line: str  # path of the reported values, broken where one is missing
    dots: tuple
    target_line: str
    targets: tuple
    baseline_y: str | None
    baseline_text: str
    cut: bool  # the scale does not start at 0
    description: str

    @property
    def empty(self):
        return not self.dots


def _path(points):
    """An SVG path through (x, y) pairs; a None starts a new piece."""
    parts, pen_down = [], False
    for point in points:
        if point is None:
            pen_down = False
            continue
        parts.append(f"{'L' if pen_down else 'M'}{_r(point[0])} {_r(point[1])}")
        pen_down = True
    return "".join(parts)


def trend(rounds, *, baseline=None, unit="", width=380, height=210):
    """An indicator over its rounds.

    rounds: (label, actual, target) in time order, actual and target Decimal or None; a fourth item may say why there
    is no value ("not yet due"), else "no data". baseline: (label, value) or None. unit is written behind the values:
    "%" or a word with its space (" women"). When all values lie close together the scale does not start at 0 (`cut`).
    """
    notes = [row[3] if len(row) > 3 and row[3] else _("no data") for row in rounds]
    rounds = [(str(row[0]), as_decimal(row[1]), as_decimal(row[2])) for row in rounds]
    base = as_decimal(baseline[1]) if baseline else None
    known = [v for _label, actual, target in rounds for v in (actual, target) if v is not None]
    known += [base] if base is not None else []
    low, high = min([*known, Decimal(0)]), max([*known, Decimal(0)])
    if known and min(known) > 0 and max(known) - min(known) < max(known) * Decimal("0.4"):
        room = (max(known) - min(known)) / 2 or max(known) / 4
        low = max(Decimal(0), min(known) - room)
    ticks = nice_ticks(low, high)
    tick_texts = [f"{format_number(t)}{unit if unit == '%' else ''}" for t in ticks]
    left = 12 + max(_text_width(text) for text in tick_texts)
    right, top, bottom = width - 12, 22, height - 26
    span = ticks[-1] - ticks[0]

    def y_of(value):
        return bottom - (value - ticks[0]) / span * (bottom - top)

    def x_of(index):
        if len(rounds) == 1:
            return Decimal(left + right) / 2
        inset = 22
        return left + inset + Decimal(index) * (right - left - 2 * inset) / (len(rounds) - 1)

    actuals = [None if a is None else (x_of(i), y_of(a)) for i, (_label, a, _t) in enumerate(rounds)]
    aims = [None if t is None else (x_of(i), y_of(t)) for i, (_label, _a, t) in enumerate(rounds)]
    dots = []
    for (label, actual, target), spot in zip(rounds, actuals, strict=True):
        if spot is not None:
            near = [y_of(value) for value in (target, base) if value is not None]
            dots.append(
                _dot(spot, label, f"{format_number(actual, most=1)}{unit if unit == '%' else ''}", near)
            )
    return Trend(
        width=width,
        height=height,
        left=left,
        right=right,
        bottom=bottom,
        ticks=tuple((_r(y_of(t)), text) for t, text in zip(ticks, tick_texts, strict=True)),
        columns=tuple(
            (_r(x_of(i)), label, notes[i] if actual is None else "")
            for i, (label, actual, _t) in enumerate(rounds)
        ),
        line=_path(actuals),
        dots=tuple(dots),
        target_line=_path([spot for spot in aims if spot is not None]),
        targets=tuple((_r(x), _r(y)) for x, y in (spot for spot in aims if spot is not None)),
        baseline_y=None if base is None else _r(y_of(base)),
        baseline_text="" if base is None else _baseline_words(baseline[0], base, unit),
        cut=ticks[0] > 0,
        description=_trend_words(rounds, notes, None if base is None else (baseline[0], base), unit),
    )


def _text_width(text):
    """Pixels that a number of 12 px takes in the widest of the fonts (DejaVu Sans, where a % is half as wide again)."""
    return sum(12 if sign == "%" else 8 for sign in text)


def _dot(spot, label, text, near):
    """The value stands above its dot unless the target or the baseline passes there and leaves room below."""
    x, y = spot
    above = sum(y - 25 < other < y - 5 for other in near)
    below = sum(y + 5 < other < y + 25 for other in near)
    return Dot(_r(x), _r(y), label, text, _r(y + 18 if below < above else y - 9))


def _baseline_words(year, value, unit):
    return _("Baseline {year}: {value}").format(year=year, value=f"{format_number(value, most=1)}{unit}")


def _trend_words(rounds, notes, baseline, unit):
    """The chart in a sentence, for people who do not see it."""
    words = [_baseline_words(*baseline, unit)] if baseline else []
    for (label, actual, target), note in zip(rounds, notes, strict=True):
        value = note if actual is None else f"{format_number(actual, most=1)}{unit}"
        if target is None:
            words.append(f"{label}: {value}")
        else:
            words.append(
                _("{round}: {value}, target {target}").format(
                    round=label, value=value, target=f"{format_number(target, most=1)}{unit}"
                )
            )
    return "; ".join(words) + "."


@dataclass(frozen=True)
class Bar:
    label: str
    series: int
    y: str
    width: str
    text: str
    text_x: str
    missing: bool


@dataclass(frozen=True)
class Group:
    label: str
    label_y: str
    bars: tuple


@dataclass(frozen=True)
class Bars:
    width: int
    height: int
    bar_height: int
    left: int
    groups: tuple
    series: tuple
    description: str


def bars(groups, *, width=380, missing=None):
    """Horizontal bars in groups, such as costed, approved and spent by pillar.

    groups: (label, [(series label, Decimal or None), …]); every group has the same series in the same order, at most
    three. All values share one unit or currency. A missing value has no bar and says `missing` ("not reported").
    """
    missing = missing or _("not reported")
    groups = [
        (str(label), [(str(name), as_decimal(value)) for name, value in values]) for label, values in groups
    ]
    biggest = max(
        (v for _label, values in groups for _name, v in values if v is not None), default=Decimal(0)
    )
    bar_height, gap, head, between, left = 15, 4, 19, 14, 0
    room = width - left - 92
    drawn, y, words = [], 0, []
    for label, values in groups:
        label_y, y = y + 13, y + head
        row = []
        for index, (name, value) in enumerate(values):
            span = (
                Decimal(0) if not value or biggest <= 0 else max(Decimal(1), Decimal(room) * value / biggest)
            )
            text = missing if value is None else format_number(value, most=2)
            row.append(Bar(name, index, _r(y), _r(span), text, _r(left + span + 6), value is None))
            y += bar_height + gap
        drawn.append(Group(label, _r(label_y), tuple(row)))
        words.append(f"{label}: " + ", ".join(f"{bar.label} {bar.text}" for bar in row))
        y += between
    series = tuple(name for name, _value in groups[0][1]) if groups else ()
    return Bars(width, max(y - between, 1), bar_height, left, tuple(drawn), series, "; ".join(words) + ".")


@dataclass(frozen=True)
class Meter:
    value: Decimal | None
    width: str
    target_x: str
    beyond: bool
    backwards: bool


def achievement_meter(percent, *, width=120):
    """Achievement of a target as a small bar; the tick marks the target (100%).

    percent: raw achievement in %, Decimal or None. The bar stops at 100%; `beyond` and `backwards` tell the template
    to draw an arrow, the text beside keeps the figure. None leaves the track empty.
    """
    value = as_decimal(percent)
    target = Decimal(width) * 100 / 112
    shown = Decimal(0) if value is None else min(max(value, Decimal(0)), Decimal(100))
    return Meter(
        value,
        _r(target * shown / 100),
        _r(target),
        value is not None and value > 100,
        value is not None and value < 0,
    )


def ring(done, total, *, radius=26):
    """(dash, gap) of a progress ring's stroke, in viewBox units; an empty total is an empty ring."""
    around = Decimal("6.2831853") * radius
    share = min(Decimal(1), Decimal(done) / Decimal(total)) if total else Decimal(0)
    return _r(around * share), _r(around)
