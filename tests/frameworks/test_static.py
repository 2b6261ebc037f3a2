"""The style sheets keep their promises: light enough, nothing from outside, readable in both themes."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css"
JS = Path(settings.BASE_DIR) / "static" / "js"
IMG = Path(settings.BASE_DIR) / "static" / "img"
TONES = ("good", "ok", "warn", "bad", "back", "neutral", "info", "muted")


def themes():
    """(light, dark by the device, dark by choice) as {token: colour}; the dark ones on top of the light."""
    css = re.sub(r"/\*.*?\*/", "", (CSS / "tokens.css").read_text("utf-8"), flags=re.S)
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", css)
    light, device, chosen = (dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{3,6})", block)) for block in blocks)
    return {"light": light, "device": {**light, **device}, "chosen": {**light, **chosen}}


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    channels = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_PAIRS = [
    *((f"--{tone}-fg", f"--{tone}-bg") for tone in TONES),
    *((f"--{tone}-fg", "--surface") for tone in TONES),
    *((text, ground) for text in ("--text", "--muted") for ground in ("--bg", "--surface", "--surface-2")),
    *(("--accent", ground) for ground in ("--bg", "--surface", "--surface-2", "--accent-soft")),
    ("--accent-strong", "--accent-soft"),
    ("--text", "--surface-3"),
    ("--on-accent", "--accent"),
    ("--on-accent", "--accent-strong"),
    ("--on-bar", "--bar"),
    ("--on-bar-muted", "--bar"),
]
SHAPE_PAIRS = [
    *(("--line-strong", ground) for ground in ("--bg", "--surface", "--surface-2")),
    *(("--focus", ground) for ground in ("--bg", "--surface", "--surface-2")),
]


@pytest.mark.parametrize("theme", ["light", "device", "chosen"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable(theme, text, ground):
    tokens = themes()[theme]
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "device", "chosen"])
@pytest.mark.parametrize(("line", "ground"), SHAPE_PAIRS)
def test_edges_of_inputs_and_focus_are_seen(theme, line, ground):
    tokens = themes()[theme]
    assert contrast(tokens[line], tokens[ground]) >= 3


def test_dark_is_the_same_by_device_and_by_choice():
    assert themes()["device"] == themes()["chosen"]
    assert themes()["device"] != themes()["light"]


def test_only_the_tokens_name_colours():
    for sheet in ("base.css", "components.css", "data.css"):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b", (CSS / sheet).read_text("utf-8")), sheet


def weight(paths):
    """Bytes on the line: what a browser receives, gzipped."""
    return len(gzip.compress(b"".join(path.read_bytes() for path in sorted(paths))))


def test_weight_of_style_and_script():
    assert weight(CSS.glob("*.css")) <= 18_000
    # The first is part of every page, the others of those on which a report is written.
    most = {"app.js": 2_600, "reporting.js": 1_500, "drafts.js": 4_096, "spending.js": 500}
    assert {path.name: weight([path]) for path in JS.glob("*.js") if weight([path]) > most[path.name]} == {}


def test_nothing_comes_from_outside():
    for path in [*CSS.glob("*"), *JS.glob("*"), *IMG.glob("*")]:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(\s*['\"]?//|@import", text.replace('"https:"', "")), path.name
