"""What a cell can hold that is not taken, or taken with a doubt: the message names the sheet and the cell."""

import datetime
from xml.sax.saxutils import escape

import pytest

from frameworks.imports.results import MAX_DOUBTS
from tests.frameworks.imports.books import (
    FIRST,
    book,
    codes,
    doubts,
    only,
    parts,
    read,
    real,
    saved,
    with_part,
)

SHEET = "xl/worksheets/sheet1.xml"
LOST = ["1.2. Laws change.", "1.2.1. Write laws.", "# of laws increased", None, "x", "MJ"]


def error(parsed, code, cell, sheet="Participation"):
    """The text of the one doubt of that code; checks that it is an error at that cell."""
    doubt = only(parsed, code)
    assert (doubt.level, doubt.sheet, doubt.cell) == ("error", sheet, cell), str(doubt)
    assert not parsed.can_be_saved
    return str(doubt)


def real_with(cell, value, sheet="Participation"):
    workbook = real()
    workbook[sheet][cell] = value
    return workbook


def real_with_text(cell, text):
    """The real file with a cell's text replaced, also by text that openpyxl would write as a formula."""
    data = saved(real_with(cell, "REPLACE-ME"))
    assert b"REPLACE-ME" in parts(data)[SHEET]
    return with_part(data, SHEET, lambda xml: xml.replace("REPLACE-ME", escape(text)))


# Headers


def test_no_expected_headers():
    workbook = book(title="Budget", header=["Item", "Price"], above=())
    workbook.active.append(["Chairs", 12])
    parsed = read(workbook)
    doubt = only(parsed, "no_headers")
    assert (doubt.level, doubt.sheet) == ("error", "Budget")
    assert "Performance Indicators" in str(doubt)
    assert parsed.pillars == () and parsed.plan is None


def test_headers_too_far_down_are_not_found():
    parsed = read(book(FIRST, above=[("NAP 2024-2025",), ("Goal: Women take part.",), *[("…",)] * 13]))
    assert "no_headers" in codes(parsed)
    parsed = read(book(FIRST, above=[("NAP 2024-2025",), ("Goal: Women take part.",), *[("…",)] * 12]))
    assert "no_headers" not in codes(parsed) and len(parsed.indicators()) == 1


def test_another_sheet_without_headers_is_left_out_with_a_warning():
    workbook = book(FIRST)
    workbook.create_sheet("Notes").append(["Please fill by Friday"])
    workbook.create_sheet("Sheet3")
    parsed = read(workbook)
    doubt = only(parsed, "sheet_not_read")
    assert (doubt.level, doubt.sheet) == ("warning", "Notes") and parsed.can_be_saved


def test_headers_without_rows():
    assert "nothing below the headers" in error(read(book()), "no_rows", "A3")


def test_unknown_and_doubled_columns_are_noted():
    header = [
        "Output",
        "Specific Activities",
        "Performance Indicators",
        2024,
        "Colour",
        "Budget",
        "Indicators",
        None,
    ]
    parsed = read(
        book(
            ["1.1. a b", "1.1.1. c d", "# of women increased", "x", "red", 12, "again", "stray"],
            header=header,
        )
    )
    assert [(doubt.cell, doubt.level) for doubt in doubts(parsed, "column_not_read")] == [
        ("E3", "note"),
        ("F3", "note"),
    ]
    assert "“Colour”" in str(doubts(parsed, "column_not_read")[0])
    assert (only(parsed, "column_twice").cell, only(parsed, "column_twice").level) == ("G3", "warning")
    assert only(parsed, "column_without_header").cell == "H4"
    assert parsed.indicators()[0].statement == "# of women increased"


# Codes


def test_duplicated_activity_code_names_both_cells():
    message = error(read(real_with("B9", "1.1.2. Develop modules.")), "duplicate_code", "B9")
    assert message == (
        "Participation, B9: Activity code 1.1.2 is used twice: here and in Participation!B5. Give one of them another code."
    )


def test_duplicated_output_code():
    message = error(read(real_with("A10", "1.1. Laws change.")), "duplicate_code", "A10")
    assert "Output code 1.1" in message and "Participation!A5" in message


def test_duplicated_code_in_another_sheet():
    workbook = book(FIRST)
    copy = workbook.copy_worksheet(workbook.active)
    copy.title = "Prevention"
    copy["A4"], copy["B4"] = "2.1. Peace.", "1.1.1. Prevent."
    message = error(read(workbook), "duplicate_code", "B4", "Prevention")
    assert "Participation!B4" in message


def test_duplicated_row():
    """The same activity again further down is a double; the same indicator again below it is one too."""
    parsed = read(book(FIRST, ["1.1. Women decide.", "1.1.2. Other.", "# of men increased", "x"], FIRST))
    assert error(parsed, "duplicate_code", "B6")
    parsed = read(book(FIRST, FIRST))
    assert "Participation!C4" in error(parsed, "duplicate_indicator", "C5")


def test_duplicated_indicator_code():
    rows = [*FIRST[:2], "1.1.1a # of women increased"], [None, None, "1.1.1a % of women increased"]
    assert "1.1.1a" in error(read(book(*rows)), "duplicate_code", "C5")


def test_code_held_as_a_number():
    header = ["Code", "Output", "Activity code", "Activity", "Indicators", 2024]
    parsed = read(book([1.1, "Women decide", "1.1.1", "Train", "# of women increased", "x"], header=header))
    doubt = only(parsed, "code_is_number")
    assert (doubt.level, doubt.cell) == ("warning", "A4") and "1.10 becomes 1.1" in str(doubt)
    assert parsed.outputs()[0].code == "1.1"


def test_code_held_as_a_number_is_taken_as_excel_shows_it():
    header = ["Code", "Output", "Activity code", "Activity", "Indicators", 2024]
    workbook = book([1.1, "Women decide", "1.10.1", "Train", "# of women increased", "x"], header=header)
    workbook.active["A4"].number_format = "0.00"
    parsed = read(workbook)
    assert parsed.outputs()[0].code == "1.10" and only(parsed, "code_is_number")


@pytest.mark.parametrize("cell", ["A10", "B10"])
def test_code_turned_into_a_date(cell):
    workbook = real_with(cell, datetime.date(2024, 1, 2))
    assert "2024-01-02" in error(read(workbook), "code_is_date", cell)


def test_code_without_text_and_text_for_a_code():
    assert error(read(real_with("B10", "1.2.1")), "code_without_text", "B10")
    header = ["Code", "Output", "Activity code", "Activity", "Indicators", 2024]
    assert error(
        read(book(["1.1", "a", "1.1.1", None, "# of b increased"], header=header)), "code_without_text", "C4"
    )
    assert error(
        read(book(["1.1", "a", "see note", "b", "# of b increased"], header=header)), "not_a_code", "C4"
    )


def test_one_activity_without_a_code():
    assert "has no code" in error(read(real_with("B9", "Develop modules.")), "code_missing", "B9")


def test_code_of_another_output():
    parsed = read(real_with("B10", "1.1.7. Develop capacity."))
    doubt = only(parsed, "code_of_other_parent")
    assert (doubt.level, doubt.cell) == ("warning", "B10") and "1.2" in str(doubt)
    assert parsed.can_be_saved


# Formulas and faults


@pytest.mark.parametrize("cell", ["A5", "B5", "C7", "D5", "I10", "K40"])
def test_a_formula_is_refused(cell):
    assert "Formulas are not imported: paste values" in error(read(real_with(cell, "=1+1")), "formula", cell)


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+cmd|' /C calc'!A0",
        "-cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "@SUM(A1:A9)",
        "-1+cmd|' /C calc'!A0",
        " =1+1",
        "\t=1+1",
        "＝1+1",
        "SEI, =cmd|' /C calc'!A0",
        "Women:\n=cmd|' /C calc'!A0",
        '=HYPERLINK("http://example.org","here")',
        '+HYPERLINK("http://example.org","here")',
    ],
)
def test_text_that_a_spreadsheet_would_run_is_refused(text):
    data = real_with_text("I10", text)
    assert error(read(data), "formula", "I10")


def test_formulas_in_the_group_sheet_are_refused():
    assert error(read(real_with("C3", "=A1", "Working groups")), "formula", "C3", "Working groups")


@pytest.mark.parametrize(
    "text", ["- Suco Chief", "+10% of women increased", "–", "-", "a = b", "SEI | MAE!", "e-mail@x.org"]
)
def test_dashes_and_signs_in_text_are_fine(text):
    assert "formula" not in codes(read(real_with_text("C9", text)))


def test_array_formulas_are_refused():
    from openpyxl.worksheet.formula import ArrayFormula

    assert error(read(real_with("K5", ArrayFormula("K5:K6", "=D5:D6"))), "formula", "K5")


def test_faults_of_excel_are_refused():
    data = with_part(
        saved(real_with("K5", 1)),
        SHEET,
        lambda xml: xml.replace('<c r="K5" t="n"><v>1</v>', '<c r="K5" t="e"><v>#REF!</v>'),
    )
    assert "#REF!" in error(read(data), "fault", "K5")


# Marks and years


@pytest.mark.parametrize(
    "value", ["x", "X", " x ", "✓", "✔", "✔️", 1, 1.0, "1", "yes", "Sim", "•", True, "\u00a0x"]
)
def test_marks_that_count(value):
    assert read(book([*FIRST[:3], value])).activities()[0].years == (2024,)


@pytest.mark.parametrize("value", [None, "", "  ", "-", "–", 0, "no", "não", False])
def test_marks_that_do_not_count(value):
    parsed = read(book([*FIRST[:3], value, "x"]))
    assert parsed.activities()[0].years == (2025,) and parsed.can_be_saved


@pytest.mark.parametrize("value", ["?", "tbc", "Q3", "x?", 2, "xx", 0.5])
def test_other_marks_are_refused(value):
    assert "is not a mark that we know" in error(read(book([*FIRST[:3], value])), "unknown_mark", "D4")


def test_a_mark_without_an_activity():
    parsed = read(book(["1.1. a b", None, None, "x"]))
    assert error(parsed, "mark_without_activity", "D4")


def test_a_schedule_in_words():
    header = ["Output", "Activity", "Indicators", "Year"]
    rows = (
        ["1.1. a b", "1.1.1. c", "# of c increased", "2024-2026"],
        [None, "1.1.2. d", "# of d increased", "2024, 2026 and 2028"],
        [None, "1.1.3. e", "# of e increased", 2027],
        [None, "1.1.4. f", "# of f increased", "second half of 2025"],
        [None, "1.1.5. g", "# of g increased", "2028-2024"],
    )
    parsed = read(book(*rows, header=header, above=[("NAP 2024-2028",), ("Goal: a b",)]))
    assert [one.years for one in parsed.activities()] == [
        (2024, 2025, 2026),
        (2024, 2026, 2028),
        (2027,),
        (),
        (),
    ]
    assert [(doubt.level, doubt.cell) for doubt in doubts(parsed, "unknown_years")] == [
        ("error", "D7"),
        ("error", "D8"),
    ]


def test_a_year_outside_the_plan():
    parsed = read(book(FIRST, above=[("NAP 2025-2029",), ("Goal: a b",)]))
    doubt = only(parsed, "year_outside_plan")
    assert (doubt.level, doubt.cell) == ("warning", "D3") and "2024" in str(doubt)


def test_years_of_the_plan_from_the_schedule():
    parsed = read(book(FIRST, above=[("NAP",), ("Goal: a b",)]))
    assert (parsed.plan.first_year, parsed.plan.last_year, parsed.plan.years_stated) == (2024, 2025, False)
    assert only(parsed, "years_of_schedule").level == "note"


# Structure


def test_activity_without_output():
    parsed = read(book([None, "1.1.1. Train.", "# of women increased", "x"]))
    assert "belongs to no output" in error(parsed, "activity_without_output", "B4")


def test_no_output_column():
    header = ["Specific Activities", "Performance Indicators", 2024]
    parsed = read(book(["1.1.1. a", "# of b increased"], ["1.1.2. c", "# of d increased"], header=header))
    assert "no column headed Output" in error(parsed, "no_output_column", "A4")


def test_no_goal():
    assert "No goal is named" in error(read(book(FIRST, above=[("NAP 2024-2025",)])), "goal_missing", "A3")


def test_merged_activity_over_two_outputs():
    workbook = book(FIRST, ["1.2. Laws change.", None, "# of laws increased"])
    workbook.active.merge_cells("B4:B5")
    message = error(read(workbook), "spans_two", "B4")
    assert "B4:B5" in message and "A4" in message and "A5" in message


def test_merged_indicator_over_two_activities():
    workbook = book(FIRST, [None, "1.1.2. Lobby.", None, "x"])
    workbook.active.merge_cells("C4:C5")
    message = error(read(workbook), "spans_two", "C4")
    assert "C4:C5" in message and "B4" in message and "B5" in message


def test_merged_marks_and_leads_over_two_activities_count_for_both():
    workbook = book(FIRST, [None, "1.1.2. Lobby.", "# of laws increased"])
    workbook.active.merge_cells("D4:D5")
    workbook.active.merge_cells("F4:F5")
    parsed = read(workbook)
    assert [(one.years, [lead.name for lead in one.leads]) for one in parsed.activities()] == [
        ((2024,), ["SEI"])
    ] * 2
    assert parsed.can_be_saved


def test_a_mark_merged_across_years_counts_for_each():
    workbook = book(FIRST)
    workbook.active.merge_cells("D4:E4")
    assert read(workbook).activities()[0].years == (2024, 2025)


def test_text_hidden_by_a_merged_cell_is_noted():
    data = with_part(
        saved(book(FIRST, LOST)),
        SHEET,
        lambda xml: xml.replace(
            "</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="A4:A5"/></mergeCells>'
        ),
    )
    parsed = read(data)
    assert only(parsed, "covered_cell").cell == "A5" and len(parsed.outputs()) == 1


def test_blank_leads_are_a_gap_and_no_error():
    parsed = read(book([*FIRST[:5], None]))
    assert parsed.activities()[0].leads == () and parsed.can_be_saved
    assert codes(parsed) == ["indicator_codes_given"]


def test_the_last_row_is_read_and_empty_rows_below_are_not():
    workbook = book(FIRST, LOST)
    for row in range(6, 40):
        workbook.active.cell(row, 1, " ")
        workbook.active.cell(row, 4).number_format = "0"
    parsed = read(workbook)
    assert [one.code for one in parsed.indicators()] == ["1.1.1a", "1.2.1a"]
    assert parsed.activities()[1].leads[0].name == "MJ"
    assert parsed.can_be_saved


def test_empty_rows_in_between_are_skipped():
    assert len(read(book(FIRST, [], [], LOST)).activities()) == 2


def test_hidden_rows_are_read_and_noted():
    workbook = book(FIRST, LOST)
    workbook.active.row_dimensions[5].hidden = True
    parsed = read(workbook)
    assert len(parsed.activities()) == 2 and only(parsed, "hidden_rows").cell == "A5"


def test_footnotes_are_noted_and_not_read():
    parsed = read(book(FIRST, ["Source: Ministry of Interior, 2024"]))
    assert only(parsed, "text_not_read").cell == "A5" and len(parsed.outputs()) == 1


def test_a_stray_text_below_the_table_is_an_error():
    parsed = read(book(FIRST, ["Prepared by the secretariat"]))
    assert error(parsed, "code_missing", "A5")


def test_several_indicators_in_one_cell():
    parsed = read(book([*FIRST[:2], "# of women trained increased\n% of men trained increased"]))
    assert only(parsed, "several_indicators").level == "warning"
    assert parsed.indicators()[0].statement == "# of women trained increased % of men trained increased"
    parsed = read(book([*FIRST[:2], "• # of women increased\n• % of men increased"]))
    assert error(parsed, "list_without_sentence", "C4")


def test_texts_too_long_for_the_database():
    parsed = read(book([*FIRST[:5], "S" * 201], title="P" * 31))
    assert "201 characters" in error(parsed, "too_long", "F4", "P" * 31)


def test_white_space_is_all_that_changes():
    text = "1.1.1.\u00a0Train  women,\nas\tagreed ;  \u201cnow\u201d.\u200b"
    activity = read(book([FIRST[0], text, FIRST[2]])).activities()[0]
    assert activity.text == "Train women, as agreed ; “now”."
    assert activity.original == "1.1.1.\u00a0Train  women,\nas\tagreed ;  “now”."


def test_line_breaks_that_excel_escapes():
    assert (
        read(book([FIRST[0], "1.1.1. Train_x000D_\nwomen", FIRST[2]])).activities()[0].text == "Train women"
    )


def test_messages_beyond_the_limit_are_counted():
    rows = [
        [f"{number}.1. a", f"{number}.1.1. b", "# of c increased", "tbc"]
        for number in range(1, MAX_DOUBTS + 101)
    ]
    parsed = read(book(*rows))
    assert len(parsed.doubts) == MAX_DOUBTS + 1
    assert parsed.doubts[-1].code == "more_doubts" and parsed.doubts[-1].level == "error"
    assert not parsed.can_be_saved
