"""Matrices of other shapes: Portuguese headers, other orders, long sheets, bands, targets, CSV rows."""

from dataclasses import replace
from decimal import Decimal

import pytest

from frameworks.imports import Grid, read_grids
from frameworks.imports.layout import find_layout, recognise
from tests.frameworks.imports.books import FIRST, book, codes, doubts, only, read, real

GOAL = (("NAP 2024-2028",), ("Goal: Women take part.",))


def fields(layout):
    return [(column.field, column.year) for column in layout.columns]


@pytest.mark.parametrize(
    ("header", "field", "year"),
    [
        ("Output", "output", None),
        ("Resultado", "output", None),
        ("PRODUTOS", "output", None),
        ("Specific Activities", "activity", None),
        ("Actividades", "activity", None),
        ("Atividades específicas", "activity", None),
        ("Performance\nIndicators", "indicator", None),
        ("Indicadores de desempenho", "indicator", None),
        ("Implementation Year", "schedule", None),
        ("Ano", "schedule", None),
        ("2026", "schedule", 2026),
        ("Ano 2026", "schedule", 2026),
        ("Lead \nInstitution", "leads", None),
        ("Instituição responsável", "leads", None),
        ("Baseline", "baseline", None),
        ("Linha de base", "baseline", None),
        ("Baseline year", "baseline_year", None),
        ("Baseline 2023", "baseline", 2023),
        ("Target", "target", None),
        ("Meta 2026", "target", 2026),
        ("Target (2028)", "target", 2028),
        ("Data source", "data_source", None),
        ("Fonte", "data_source", None),
        ("Means of Verification", "means_of_verification", None),
        ("Meios de verificação", "means_of_verification", None),
        ("Output code", "output_code", None),
        ("Activity No.", "activity_code", None),
        ("Nº do indicador", "indicator_code", None),
        ("Code", "code", None),
        ("Pillar", "pillar", None),
        ("Objetivo estratégico", "goal", None),
        ("Supporting institutions", "support", None),
        ("Funding source", "other", None),
        ("Target group", "other", None),
        ("Colour", "", None),
        ("Goal: Women decide", "", None),
        ("We train women in every activity that the ministry plans for next year", "", None),
    ],
)
def test_header_words(header, field, year):
    assert recognise(header)[:2] == (field, year)


def test_the_real_file_has_two_header_rows():
    grid = Grid.from_rows("x", [[cell.value for cell in row] for row in real()["Working groups"].iter_rows()])
    assert find_layout(grid).kind == "groups"
    layout = read(real()).layouts[0]
    assert (layout.first_row, layout.last_row) == (3, 4)
    assert fields(layout) == [
        ("output", None),
        ("activity", None),
        ("indicator", None),
        *[("schedule", year) for year in range(2024, 2029)],
        ("leads", None),
    ]


def test_portuguese_headers_in_another_order():
    parsed = read(
        book(
            [
                "SEI e MAE",
                "1.1.1. Formar mulheres.",
                "# e % de mulheres eleitas mantida ou aumentada",
                "x",
                "sim",
                "1.1. Mulheres decidem.",
            ],
            ["MJ", "1.1.2. Rever leis.", "Percentagem de casos reduzida", None, "x", None],
            header=["Instituição responsável", "Atividades", "Indicadores", "2024", "2025", "Resultado"],
            above=[("Plano de Acção Nacional 2024-2025",), ("Objetivo 3: Mulheres participam.",)],
            title="Pilar 3 - Participação",
        )
    )
    assert parsed.can_be_saved
    assert [(pillar.code, pillar.name) for pillar in parsed.pillars] == [("3", "Participação")]
    assert [(goal.code, goal.code_given, goal.text) for goal in parsed.goals()] == [
        ("3", False, "Mulheres participam.")
    ]
    assert [[lead.name for lead in one.leads] for one in parsed.activities()] == [["SEI", "MAE"], ["MJ"]]
    assert [one.years for one in parsed.activities()] == [(2024, 2025), (2025,)]
    assert [(one.type, one.direction) for one in parsed.indicators()] == [
        ("number_and_percentage", "maintain_or_increase"),
        ("percentage", "decrease"),
    ]
    assert only(parsed, "code_of_other_parent").cell == "F4"


def test_several_pillar_sheets():
    workbook = book(FIRST)
    for number, name in enumerate(("Prevention Pillar", "Pillar 3: Protection"), 2):
        sheet = workbook.copy_worksheet(workbook.active)
        sheet.title = name.replace(":", "")
        sheet["A4"], sheet["B4"] = f"{number}.1. a b", f"{number}.1.1. c d"
    parsed = read(workbook)
    assert [(one.code, one.name) for one in parsed.pillars] == [
        (None, "Participation"),
        (None, "Prevention"),
        ("3", "Protection"),
    ]
    assert [goal.code for goal in parsed.goals()] == ["1", "2", "3"]


def test_two_sheets_of_one_pillar():
    workbook = book(FIRST)
    sheet = workbook.copy_worksheet(workbook.active)
    sheet.title = "continued"
    sheet.insert_rows(1)
    sheet["A1"] = "Pillar: Participation"
    sheet["A5"], sheet["B5"] = "1.2. a b", "1.2.1. c d"
    parsed = read(workbook)
    assert [(one.name, len(one.goals)) for one in parsed.pillars] == [("Participation", 1)]
    assert [one.code for one in parsed.outputs()] == ["1.1", "1.2"]


LONG = ["Pillar", "Goal", "Output", "Activity", "Indicator", "Year", "Lead"]


def long_rows():
    goals = {1: "1. Women take part.", 2: "2. War ends."}
    for number, pillar in ((1, "Participation"), (2, "Prevention")):
        for output in (1, 2):
            for activity in (1, 2):
                for indicator in ("women", "men"):
                    code = f"{number}.{output}.{activity}"
                    yield [
                        pillar,
                        goals[number],
                        f"{number}.{output}. Output {output}.",
                        f"{code}. Do {code}.",
                        f"# of {indicator} increased",
                        "2024-2025",
                        "SEI",
                    ]


def test_one_long_sheet_with_a_pillar_column():
    parsed = read(book(*long_rows(), header=LONG, above=[("NAP 2024-2028",)], title="Sheet1"))
    assert parsed.can_be_saved and {doubt.level for doubt in parsed.doubts} == {"note"}
    assert [pillar.name for pillar in parsed.pillars] == ["Participation", "Prevention"]
    assert [goal.code for goal in parsed.goals()] == ["1", "2"]
    assert len(parsed.outputs()) == 4 and len(parsed.activities()) == 8 and len(parsed.indicators()) == 16
    assert parsed.indicators()[-1].code == "2.2.2b"
    assert all(one.years == (2024, 2025) and len(one.leads) == 1 for one in parsed.activities())


def test_the_same_from_rows_of_a_csv_file():
    rows = [["NAP 2024-2028"], LONG, *long_rows()]
    sheet = read(book(*long_rows(), header=LONG, above=[("NAP 2024-2028",)], title="plan"))
    parsed = read_grids([Grid.from_rows("plan", rows)], filename="plan.xlsx")
    assert parsed == sheet


def test_code_columns():
    header = ["No.", "Output", "Activity code", "Activity", "Ref", "Indicator", 2024]
    parsed = read(
        book(
            ["1.1", "Women decide", "1.1.1", "Train 2 women", "1.1.1-x", "# of women increased", "x"],
            ["1.1", None, "1.1.10", "1.5 days of training", None, "# of men increased", None],
            header=header,
        )
    )
    assert [(one.code, one.text) for one in parsed.outputs()] == [("1.1", "Women decide")]
    assert [(one.code, one.text) for one in parsed.activities()] == [
        ("1.1.1", "Train 2 women"),
        ("1.1.10", "1.5 days of training"),
    ]
    assert [(one.code, one.code_given) for one in parsed.indicators()] == [
        ("1.1.1-x", False),
        ("1.1.10a", True),
    ]


def test_lines_across_the_table():
    parsed = read(
        book(
            ["Output 1.1: Women decide."],
            ["1.1.1. Train.", "# of women increased", "x"],
            ["Goal 2: War ends."],
            ["Output 2.1: Peace lasts."],
            ["2.1.1. Talk.", "# of talks increased", "x"],
            header=["Activities", "Indicators", 2024],
        )
    )
    assert parsed.can_be_saved
    assert [(goal.code, [one.code for one in goal.outputs]) for goal in parsed.goals()] == [
        ("1", ["1.1"]),
        ("2", ["2.1"]),
    ]
    assert parsed.goals()[1].text == "War ends." and parsed.outputs()[1].text == "Peace lasts."


def test_a_merged_line_without_a_name_is_not_dropped_silently():
    workbook = book(FIRST, ["Second part"])
    workbook.active.merge_cells("A5:F5")
    assert (only(read(workbook), "line_not_read").cell, only(read(workbook), "line_not_read").level) == (
        "A5",
        "warning",
    )


def test_headers_printed_again_on_the_next_page_are_skipped():
    header = ["Output", "Specific Activities", "Performance Indicators", 2024, 2025, "Lead Institution"]
    parsed = read(book(FIRST, header, ["1.2. a b", "1.2.1. c d", "# of e increased", "x"]))
    assert [one.code for one in parsed.outputs()] == ["1.1", "1.2"] and parsed.can_be_saved


def test_matrix_without_codes():
    parsed = read(
        book(
            ["Women decide", "Train", "# of women increased", "x"],
            [None, "Lobby", "# of men increased", "x"],
            ["Laws change", "Write", "# of laws increased", "x"],
        )
    )
    assert parsed.can_be_saved
    assert [goal.code for goal in parsed.goals()] == ["1"]
    assert [(one.code, one.code_given) for one in parsed.outputs()] == [("1.1", True), ("1.2", True)]
    assert [one.code for one in parsed.activities()] == ["1.1.1", "1.1.2", "1.2.1"]
    assert [doubt.cell for doubt in doubts(parsed, "codes_given")] == ["A4", "B4"]


def test_indicators_of_outputs():
    parsed = read(
        book(["1.1. a b", None, "# of women increased"], [None, "1.1.1. c", "# of men increased", "x"])
    )
    (output,) = parsed.outputs()
    assert [one.code for one in output.indicators] == ["1.1a"]
    assert [one.code for one in output.activities[0].indicators] == ["1.1.1a"]


def test_after_z_comes_aa():
    rows = [
        [*FIRST[:2], "# of things 0 increased"],
        *[[None, None, f"# of things {n} increased"] for n in range(1, 28)],
    ]
    assert [one.code for one in read(book(*rows)).indicators()][-3:] == ["1.1.1z", "1.1.1aa", "1.1.1ab"]


def test_given_letters_skip_printed_codes():
    rows = [
        [*FIRST[:2], "# of women increased"],
        [None, None, "1.1.1a. # of men increased"],
        [None, None, "# of laws increased"],
    ]
    assert [(one.code, one.code_given) for one in read(book(*rows)).indicators()] == [
        ("1.1.1b", True),
        ("1.1.1a", False),
        ("1.1.1c", True),
    ]


def test_baseline_target_and_sources():
    workbook = book(
        [
            "1.1. a b",
            "1.1.1. c",
            "% of women in PNTL increased",
            0.15,
            2022,
            0.16,
            "18%",
            "PNTL",
            "Staff list",
            "Yearly",
        ],
        [
            None,
            None,
            "# and % of women suco chiefs increased",
            "11/442 (2009)",
            None,
            None,
            "20 %",
            None,
            None,
            None,
        ],
        [None, None, "# of days reduced", "about 40", "last year", "1,5", "1.234", None, None, None],
        header=[
            "Output",
            "Activity",
            "Indicator",
            "Baseline",
            "Baseline year",
            "Target 2025",
            "Target",
            "Data source",
            "Means of verification",
            "Frequency",
        ],
    )
    workbook.active["D4"].number_format = workbook.active["F4"].number_format = "0%"
    parsed = read(workbook)
    first, second, third = parsed.indicators()
    assert (first.baseline.value, first.baseline.is_percent, first.baseline.year) == (Decimal(15), True, 2022)
    assert [(one.year, one.figure.value, one.figure.is_percent) for one in first.targets] == [
        (2025, Decimal(16), True),
        (None, Decimal(18), True),
    ]
    assert (first.data_source.text, first.means_of_verification.text, first.frequency.text) == (
        "PNTL",
        "Staff list",
        "Yearly",
    )
    assert str(first.data_source.source) == "Participation!H4"
    assert (second.baseline.numerator, second.baseline.denominator, second.baseline.year) == (11, 442, 2009)
    assert second.targets[0].figure.value == 20 and second.data_source is None
    assert third.baseline.value is None and third.baseline.text == "about 40"
    assert third.targets[0].figure.value == Decimal("1.5") and third.targets[1].figure.value is None
    assert [(doubt.cell, doubt.level) for doubt in doubts(parsed, "not_a_figure")] == [
        ("D6", "warning"),
        ("G6", "warning"),
    ]
    assert only(parsed, "not_a_year").cell == "E6"


def test_years_under_a_target_are_targets_and_years_under_the_schedule_are_not():
    workbook = book(
        ["1.1. a b", "1.1.1. c", "# of d increased", "x", None, 5, 10],
        header=["Output", "Activity", "Indicator", "Implementation Year", None, "Target", None],
        above=[("NAP 2024-2025",), ("Goal: a b",)],
    )
    sheet = workbook.active
    sheet.insert_rows(4)
    for column, year in zip("DEFG", (2024, 2025, 2024, 2025), strict=True):
        sheet[f"{column}4"] = year
    sheet.merge_cells("D3:E3")
    sheet.merge_cells("F3:G3")
    for column in "ABC":
        sheet.merge_cells(f"{column}3:{column}4")
    parsed = read(workbook)
    assert fields(parsed.layouts[0])[3:] == [
        ("schedule", 2024),
        ("schedule", 2025),
        ("target", 2024),
        ("target", 2025),
    ]
    assert parsed.activities()[0].years == (2024,)
    assert [(one.year, one.figure.value) for one in parsed.indicators()[0].targets] == [(2024, 5), (2025, 10)]


def test_figures_that_cannot_be():
    header = ["Output", "Activity", "Indicator", "Baseline", "Target"]
    parsed = read(book(["1.1. a b", "1.1.1. c", "% of d increased", "12/11", "0/0"], header=header))
    assert [(one.code, one.cell) for one in parsed.errors] == [
        ("numerator_above_denominator", "D4"),
        ("target_of_nothing", "E4"),
    ]
    parsed = read(book(["1.1. a b", "1.1.1. c", "# of d increased", 1 / 3, "1e30"], header=header))
    assert (
        parsed.indicators()[0].baseline.value == Decimal("0.333333")
        and only(parsed, "figure_rounded").cell == "D4"
    )
    assert only(parsed, "not_a_figure").cell == "E4"


def test_details_in_a_row_without_an_indicator():
    header = ["Output", "Activity", "Indicator", "Baseline"]
    parsed = read(book(["1.1. a b", "1.1.1. c", None, 5], header=header))
    assert (only(parsed, "detail_without_indicator").cell, parsed.can_be_saved) == ("D4", True)


def test_type_direction_and_breakdown_columns():
    header = ["Output", "Activity", "Indicator", "Type", "Direction", "Disaggregation"]
    parsed = read(
        book(
            ["1.1. a b", "1.1.1. c", "Women trained", "#", "increase", "Sex (female, male); Municipality"],
            [None, None, "Days to close a case", "count", "decrease", None],
            [None, None, "Law in force", "yes/no", "maintain", None],
            [None, None, "Mood", "colourful", "sideways", None],
            header=header,
        )
    )
    assert [(one.type, one.direction) for one in parsed.indicators()[:3]] == [
        ("count", "increase"),
        ("count", "decrease"),
        ("yes_no", "maintain"),
    ]
    assert [(one.name, one.categories, one.name_guessed) for one in parsed.indicators()[0].dimensions] == [
        ("Sex", ("female", "male"), False),
        ("Municipality", (), False),
    ]
    assert [(one.code, one.cell) for one in parsed.errors] == [
        ("unknown_type", "D7"),
        ("unknown_direction", "E7"),
    ]


def test_support_column_and_leads_in_further_rows():
    header = ["Output", "Activity", "Indicator", "Lead", "Partners"]
    parsed = read(
        book(
            ["1.1. a b", "1.1.1. c", "# of d increased", "SEI", "UN Women"],
            [None, None, "# of e increased", "MAE", None],
            [None, None, "# of f increased", "SEI", None],
            header=header,
        )
    )
    assert [(one.name, one.role) for one in parsed.activities()[0].leads] == [
        ("SEI", "lead"),
        ("UN Women", "support"),
        ("MAE", "co_lead"),
    ]
    assert only(parsed, "more_leads").cell == "D5"


def test_a_person_can_correct_the_columns():
    """The column-mapping step: the layout that was found, changed, is read instead."""
    workbook = book(
        FIRST, header=["Output", "Specific Activities", "Performance Indicators", 2024, 2025, "Boss"]
    )
    found = read(workbook)
    assert found.activities()[0].leads == () and only(found, "column_not_read").cell == "F3"
    layout = found.layouts[0]
    boss = replace(layout.unknown[0], field="leads")
    corrected = replace(layout, columns=(*layout.columns, boss), unknown=())
    parsed = read(workbook, layouts={"Participation": corrected})
    assert [lead.name for lead in parsed.activities()[0].leads] == ["SEI"] and "column_not_read" not in codes(
        parsed
    )


def test_a_guessed_column_is_noted():
    parsed = read(book(FIRST, header=["Output", "Activities to be done", "Indicators", 2024, 2025, "Lead"]))
    doubt = only(parsed, "column_guessed")
    assert (doubt.cell, doubt.level) == ("B3", "note") and "“Activity”" in str(doubt)


def test_sheets_named_by_excel_do_not_name_a_pillar_silently():
    assert only(read(book(FIRST, title="Sheet1")), "pillar_of_sheet").level == "warning"
    parsed = read(book(FIRST, title="Sheet1", above=[("NAP",), ("Pillar 2: Peace",), ("Goal: a b",)]))
    assert [(one.code, one.name) for one in parsed.pillars] == [
        ("2", "Peace")
    ] and "pillar_of_sheet" not in codes(parsed)
