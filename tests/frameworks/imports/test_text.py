"""Pure functions on texts and figures, with generated input."""

import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frameworks.imports import text as texts
from frameworks.imports.figures import is_readable, number, read_figure
from frameworks.imports.grid import NUMBER, TEXT, Cell
from frameworks.imports.indicators import dimension_name, direction_of, type_of
from frameworks.imports.results import Source


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("1.1. Increased x", "1.1", "Increased x"),
        ("1.1.2. Undertake", "1.1.2", "Undertake"),
        ("1.1.2.Undertake", "1.1.2", "Undertake"),
        ("1.10 Do", "1.10", "Do"),
        ("1.1.2a Number of", "1.1.2a", "Number of"),
        ("1.1.2aa. # of", "1.1.2aa", "# of"),
        ("1.1.2a % of", "1.1.2a", "% of"),
        ("1.1: Do", "1.1", "Do"),
        ("1.1 – Do", "1.1", "Do"),
        ("P1.1 Do", "P1.1", "Do"),
        ("A.1.2 Do", "A.1.2", "Do"),
        ("Output 1.1: Do", "1.1", "Do"),
        ("Goal 1: Do", "1", "Do"),
        ("1. Do", "1", "Do"),
        ("2) Do", "2", "Do"),
        ("1.1.\u00a0Do\nmore", "1.1", "Do more"),
        ("2 women per suco", "", "2 women per suco"),
        ("1325 on the agenda", "", "1325 on the agenda"),
        ("1.5 million women", "", "1.5 million women"),
        ("2.5 % of posts", "", "2.5 % of posts"),
        ("30% of mediators", "", "30% of mediators"),
        ("1.2.1", "", "1.2.1"),
        ("Increased 1.1", "", "Increased 1.1"),
        ("", "", ""),
    ],
)
def test_split_code(text, code, rest):
    assert texts.split_code(text) == (code, rest)


code_texts = st.lists(st.integers(1, 999), min_size=2, max_size=4).map(
    lambda numbers: ".".join(map(str, numbers))
)
sentences = (
    st.lists(st.text(string.ascii_letters, min_size=3, max_size=10), min_size=2, max_size=6)
    .map(" ".join)
    .filter(lambda text: not text.lower().startswith(("million", "percent", "milh", "per cent", "por cento")))
)


@given(
    code_texts,
    st.sampled_from(["", "a", "b", "zz"]),
    st.sampled_from([". ", " ", ") ", ": ", ".\n", ".\u00a0"]),
    sentences,
)
def test_any_code_is_found(code, letter, end, sentence):
    assert texts.split_code(f"{code}{letter}{end}{sentence}") == (code + letter, sentence)


@given(sentences)
def test_text_without_a_code_is_left_whole(sentence):
    assert texts.split_code(sentence) == ("", sentence)


@given(st.text(max_size=60))
def test_splitting_loses_no_letter(text):
    code, rest = texts.split_code(text)
    assert rest == texts.clean(rest)
    assert texts.clean(text).endswith(rest)
    assert code in text


@given(st.lists(st.lists(st.integers(1, 300), min_size=1, max_size=4), min_size=2, max_size=8))
def test_codes_sort_as_people_count(numbers):
    written = [".".join(map(str, parts)) for parts in numbers]
    assert sorted(written, key=texts.natural_key) == [".".join(map(str, parts)) for parts in sorted(numbers)]


def test_ten_comes_after_nine_and_aa_after_z():
    assert sorted(["1.10", "1.9", "1.1", "1"], key=texts.natural_key) == ["1", "1.1", "1.9", "1.10"]
    assert sorted(["1.1aa", "1.1b", "1.1z", "1.1a"], key=texts.natural_key) == [
        "1.1a",
        "1.1b",
        "1.1z",
        "1.1aa",
    ]


@given(st.integers(0, 5000))
def test_letters_go_on_for_ever_and_sort(number):
    assert texts.natural_key("1" + texts.letters(number)) < texts.natural_key("1" + texts.letters(number + 1))


def test_letters():
    assert [texts.letters(number) for number in (0, 1, 25, 26, 27, 51, 52, 701, 702)] == [
        "a", "b", "z", "aa", "ab", "az", "ba", "zz", "aaa",
    ]  # fmt: skip


@given(
    sentences,
    st.lists(sentences, min_size=1, max_size=5),
    st.sampled_from(["•\t", "• ", "- ", "– ", "\uf0b7 ", "* "]),
)
def test_bullets(sentence, items, bullet):
    text = f"{sentence}:\n" + "\n".join(f"{bullet}{item}" for item in items)
    assert texts.split_bullets(text) == (sentence, items)


def test_bullets_in_one_line_and_wrapped():
    assert texts.split_bullets("Women elected: • Aldeia Chief • Suco Chief") == (
        "Women elected",
        ["Aldeia Chief", "Suco Chief"],
    )
    assert texts.split_bullets("Women:\n• Suco\n  Chief;\n• Post") == ("Women", ["Suco Chief", "Post"])
    assert texts.split_bullets("Women:\n• Chief\n\nof the year") == ("Women: of the year", ["Chief"])
    assert texts.split_bullets("self-help - and more") == ("self-help - and more", [])


@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once(text):
    assert texts.clean(texts.clean(text)) == texts.clean(text)
    assert "\n" not in texts.clean(text) and "\u00a0" not in texts.clean(text)
    assert texts.fold(texts.fold(text)) == texts.fold(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Participation", ("", "Participation")),
        ("Participation Pillar", ("", "Participation")),
        ("Pillar 1: Participation", ("1", "Participation")),
        ("Pilar 2 - Prevenção", ("2", "Prevenção")),
        ("P3 Protection", ("3", "Protection")),
        ("4. Peace", ("4", "Peace")),
        ("Pillar 1", ("", "Pillar 1")),
        ("Relief & Recovery", ("", "Relief & Recovery")),
    ],
)
def test_split_pillar(name, expected):
    assert texts.split_pillar(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Goal: Women decide", ("goal", "", "Women decide")),
        ("GOAL 1: Women decide", ("goal", "1", "Women decide")),
        ("Goal 1 Women decide", ("goal", "1", "Women decide")),
        ("Goal: 1. Women decide", ("goal", "1", "Women decide")),
        ("Objetivo 2 - Mulheres", ("goal", "2", "Mulheres")),
        ("Output 1.1: Text", ("output", "1.1", "Text")),
        ("Pillar: Peace", ("pillar", "", "Peace")),
        ("Goals are many", None),
        ("Goal", None),
        ("Women decide: Goal", None),
    ],
)
def test_split_label(text, expected):
    assert texts.split_label(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NAP 1325 (2nd generation) 2024-2028: x", (2024, 2028)),
        ("2016 – 2020", (2016, 2020)),
        ("2024 to 2028", (2024, 2028)),
        ("2023/2033", (2023, 2033)),
        ("NAP 2024", None),
        ("2028-2024", None),
        ("12024-20281", None),
    ],
)
def test_years_of_plan(text, expected):
    assert texts.years_of_plan(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", "1.5"),
        ("1,5", "1.5"),
        ("1,25", "1.25"),
        ("0", "0"),
        ("-3", "-3"),
        ("1 234", "1234"),
        ("1\u00a0234,5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("15", "15"),
        ("1,234", None),
        ("1.234", None),
        ("1,234.5", None),
        ("12a", None),
        ("", None),
        (".", None),
    ],
)
def test_numbers(text, value):
    assert number(text) == (None if value is None else Decimal(value))


def figure(text):
    return read_figure(Cell("S", 1, 1, TEXT, text, text, text))


def test_figures_of_text():
    assert (figure("18%").value, figure("18%").is_percent) == (18, True)
    assert (figure("2,5 % (2022)").value, figure("2,5 % (2022)").year) == (Decimal("2.5"), 2022)
    assert (figure("241 of 2 117").numerator, figure("241 of 2 117").denominator) == (241, 2117)
    assert figure("24/65 (2023)").year == 2023
    assert figure("2024").value == 2024 and figure("2024").year is None
    assert (
        not is_readable(figure("2,117 or so"))
        and not is_readable(figure("-1/5"))
        and not is_readable(figure("n/a"))
    )
    assert figure("n/a").source == Source("S", "A1")


def test_figures_of_numbers_carry_no_noise():
    assert read_figure(Cell("S", 1, 1, NUMBER, 0.1 + 0.2, "", "0.3")).value == Decimal("0.3")
    percent = read_figure(Cell("S", 1, 1, NUMBER, 0.07, "", "0.07", is_percent=True))
    assert (percent.value, percent.text, percent.is_percent) == (Decimal(7), "7%", True)
    assert read_figure(Cell("S", 1, 1, NUMBER, 0, "0", "0")).value == 0
    assert read_figure(Cell("S", 1, 1, NUMBER, 100, "100", "100")).value == 100
    assert not is_readable(read_figure(Cell("S", 1, 1, NUMBER, float("inf"), "Infinity", "Infinity")))


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("# and % of women", "number_and_percentage"),
        ("#/% of women", "number_and_percentage"),
        ("% and # of women", "number_and_percentage"),
        ("Number and percentage of women", "number_and_percentage"),
        ("Número e percentagem de mulheres", "number_and_percentage"),
        ("# of women", "count"),
        ("Number of women", "count"),
        ("Nº de mulheres", "count"),
        ("% of women", "percentage"),
        ("Percentage of women", "percentage"),
        ("Proporção de mulheres", "percentage"),
        ("Whether a law exists", "yes_no"),
        ("Law in force (yes/no)", "yes_no"),
        ("Quality on a scale of 0 to 3", "ordinal"),
        ("Women trained", None),
        ("Women hold 30% of seats", None),
    ],
)
def test_types(statement, kind):
    assert type_of(statement) == kind


@pytest.mark.parametrize(
    ("statement", "direction", "is_clear"),
    [
        ("women elected increased", "increase", True),
        ("increase of women", "increase", True),
        ("women maintained or increased.", "maintain_or_increase", True),
        ("women increased or maintained", "maintain_or_increase", True),
        ("mulheres mantida ou aumentada", "maintain_or_increase", True),
        ("share maintained", "maintain", True),
        ("days reduced", "decrease", True),
        ("fewer cases", "decrease", True),
        ("tempo reduzido", "decrease", True),
        ("women in parliament", None, True),
        ("increased reports of reduced violence", "increase", False),
    ],
)
def test_directions(statement, direction, is_clear):
    assert direction_of(statement) == (direction, is_clear)


@pytest.mark.parametrize(
    ("categories", "name"),
    [
        (["Aldeia Chief", "Suco Chief", "Administrative Post", "Municipality"], "Position level"),
        (["Women", "Men"], "Sex"),
        (["Female", "Male"], "Sex"),
        (["0-17", "18-35", "over 60"], "Age group"),
        (["Youth", "Adults"], "Age group"),
        (["Land", "Water"], "Breakdown"),
        (["Women", "Water"], "Breakdown"),
    ],
)
def test_names_of_dimensions(categories, name):
    assert dimension_name(categories) == name


def test_sources_are_written_as_excel_writes_them():
    assert str(Source("Participation", "B5")) == "Participation!B5"
    assert str(Source("Working groups", "A2")) == "'Working groups'!A2"
    assert str(Source("Women's", "A2")) == "'Women''s'!A2"
    assert str(Source("Notes")) == "Notes"
