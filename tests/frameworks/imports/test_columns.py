"""The column-mapping step: guesses in three languages and any order, corrected by a person, kept for every later reading."""

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frameworks.imports import Grid, read_grids
from frameworks.imports.columns import Mapping, guessed, guessed_at, header_of, layouts_of, same_headers
from frameworks.imports.opening import open_grids
from frameworks.models import Activity, FrameworkImport, Goal, Indicator, Output, Pillar, WorkingGroup
from tests.frameworks.imports.books import FIRST, HEADER, book, codes, csv_bytes, read, saved
from tests.pages import Visitor

ENGLISH = ["Outputs", "Key activities", "Performance indicators", "Timeframe", "Responsible agency", "Partners", "Baseline", "Target 2026", "Data source"]  # fmt: skip
PORTUGUESE = ["Resultados esperados", "Actividades específicas", "Indicadores de desempenho", "Cronograma", "Instituição responsável", "Parceiros", "Linha de base", "Meta 2026", "Fonte de dados"]  # fmt: skip
TETUM = ["Rezultadu sira", "Atividade sira", "Indikadór sira", "Kalendáriu", "Instituisaun responsável", "Parseiru sira", "Liña baze", "Meta 2026", "Fonte dadus"]  # fmt: skip
ROW = ["1.1. Women decide", "1.1.1. Train women", "% of women trained increased", "2024-2025", "SEI", "UN Women", "18%", "25%", "Census"]  # fmt: skip
FRENCH = ["Extrant", "Tâche", "Mesure", "Année", None, "Chef de file", "Situation"]


def french(*pillars):
    """Pillar sheets with headers in a language that is not known here, and a note."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, name in enumerate(pillars or ("Participation", "Prévention"), 1):
        sheet = workbook.create_sheet(name)
        for row in (
            ["Plan d'action national 2024-2025"],
            FRENCH,
            [None, None, None, 2024, 2025],
            [f"{number}.1. Les femmes décident", f"{number}.1.1. Former", f"# of women {number} increased", "x", "x", "SEI & MAE", "18%"],
            [None, None, f"% of posts {number} increased", None, None, None, "20%"],
        ):  # fmt: skip
            sheet.append(row)
        sheet.merge_cells("D2:E2")
        sheet.merge_cells("A4:A5")
        sheet.merge_cells("B4:B5")
    workbook.create_sheet("Notes").append(["Une note"])
    return workbook


def grid_of(workbook, number=0):
    return open_grids(io.BytesIO(saved(workbook)), filename="plan.xlsx")[0][number]


def fields(parsed):
    return [column.field for column in parsed.layouts[0].columns]


# Guessing


@pytest.mark.parametrize("header", [ENGLISH, PORTUGUESE, TETUM])
@pytest.mark.parametrize("order", [range(9), range(8, -1, -1), (3, 0, 5, 1, 6, 2, 7, 4, 8)])
def test_headers_of_three_languages_in_any_order(header, order):
    workbook = book([ROW[index] for index in order], header=[header[index] for index in order])
    parsed = read(workbook)
    assert parsed.can_be_saved, [str(doubt) for doubt in parsed.errors]
    activity = parsed.activities()[0]
    assert (activity.code, activity.text, activity.years) == ("1.1.1", "Train women", (2024, 2025))
    assert [(lead.name, lead.role) for lead in activity.leads] == [("SEI", "lead"), ("UN Women", "support")]
    indicator = activity.indicators[0]
    assert (indicator.baseline.text, indicator.targets[0].year, indicator.data_source.text) == (
        "18%",
        2026,
        "Census",
    )
    assert not {"column_not_read", "column_twice"} & set(codes(parsed))


@pytest.mark.parametrize(
    ("pillar", "goal", "header"),
    [
        ("Pillar", "Goal", ENGLISH),
        ("Pilar", "Objectivo estratégico", PORTUGUESE),
        ("Pilár", "Objetivu", TETUM),
    ],
)
def test_one_long_sheet_with_a_pillar_column(pillar, goal, header):
    rows = [
        ["Participation", "1. Women take part", *ROW],
        [None, None, None, None, "# of men trained increased"],
        ["Prevention", "2. War ends", "2.1. Peace", "2.1.1. Talk", "# of talks increased", "2024", "MAE"],
    ]
    parsed = read(book(*rows, header=[pillar, goal, *header], above=[("NAP 2024-2026",)]))
    assert parsed.can_be_saved, [str(doubt) for doubt in parsed.errors]
    assert [one.name for one in parsed.pillars] == ["Participation", "Prevention"]
    assert [one.code for one in parsed.indicators()] == ["1.1.1a", "1.1.1b", "2.1.1a"]


def test_pillar_sheets_with_merged_cells():
    workbook = book(FIRST, [None, None, "% of posts increased"])
    workbook["Participation"].merge_cells("A4:A5")
    workbook["Participation"].merge_cells("B4:B5")
    sheet = workbook.create_sheet("Prevention")
    for row in (
        ["Goal 2: War ends."],
        HEADER,
        ["2.1. Peace", "2.1.1. Talk", "# of talks increased", "x", None, "MAE"],
    ):
        sheet.append(row)
    parsed = read(workbook)
    assert [(one.name, len(one.goals)) for one in parsed.pillars] == [("Participation", 1), ("Prevention", 1)]
    assert [one.code for one in parsed.indicators()] == ["1.1.1a", "1.1.1b", "2.1.1a"]


def test_what_is_guessed_for_known_headers_is_what_is_read():
    workbook = book(FIRST)
    mapping, recognised = guessed(grid_of(workbook))
    assert recognised and (mapping.first, mapping.last) == (3, 3)
    assert mapping.columns == {1: "output", 2: "activity", 3: "indicator", 4: "schedule:2024", 5: "schedule:2025", 6: "leads"}  # fmt: skip
    stored = {"sheets": {"Participation": mapping.to_store()}}
    grids, _hidden = open_grids(io.BytesIO(saved(workbook)), filename="plan.xlsx")
    corrected = read(workbook, layouts=layouts_of(grids, stored))
    assert corrected.pillars == read(workbook).pillars


def test_unknown_headers_still_show_where_they_are_and_their_years():
    grid = grid_of(french())
    mapping, recognised = guessed(grid)
    assert not recognised
    assert (mapping.first, mapping.last, mapping.columns) == (2, 3, {4: "schedule:2024", 5: "schedule:2025"})
    assert header_of(grid, mapping, 4) == "Année: 2024"
    notes, _known = guessed(grid_of(french(), 2))
    assert notes.read == "leave"


def test_headers_where_a_person_says_they_are():
    grid = grid_of(book(FIRST, above=[("Output", "Activity", "Indicator"), ("made in May",)]))
    assert guessed(grid)[0].first == 3
    at_one = guessed_at(grid, "matrix", 1)
    assert (at_one.first, at_one.last) == (1, 1)
    assert at_one.columns == {1: "output", 2: "activity", 3: "indicator"}
    assert guessed_at(grid, "groups", 3).columns == {6: "leads"}


def test_a_mapping_survives_being_stored():
    mapping = Mapping("matrix", 2, 3, {2: "activity", 4: "", 10: "target:2026"}, "Peace", "1. Women")
    assert Mapping.stored(mapping.to_store()) == Mapping("matrix", 2, 3, {2: "activity", 10: "target:2026"}, "Peace", "1. Women")  # fmt: skip


def test_sheets_with_the_same_headers_are_found():
    first, second, notes = (grid_of(french(), number) for number in range(3))
    assert same_headers(first, guessed(first)[0], second, guessed(second)[0])
    assert not same_headers(first, guessed(first)[0], notes, guessed(notes)[0])


# In the browser


@pytest.fixture
def visitor(world):
    return Visitor(world.secretariat)


def upload(visitor, world, content, name="plan.xlsx"):
    file = io.BytesIO(content)
    file.name = name
    return visitor.open(f"/plans/{world.plan.code}/import/").press("Show the preview", file=file)


FRENCH_COLUMNS = {"c1": "output", "c2": "activity", "c3": "indicator", "c6": "leads", "c7": "baseline"}


def chosen(prefix, **more):
    return {f"{prefix}-{name}": value for name, value in (FRENCH_COLUMNS | more).items()}


def empty(world):
    """The plan without the framework of the test world, in development."""
    Indicator.objects.filter(plan=world.plan).delete()
    Activity.objects.filter(plan=world.plan).delete()
    Output.objects.filter(plan=world.plan).delete()
    Goal.objects.filter(plan=world.plan).delete()


def test_foreign_headers_are_not_refused_but_asked_about(visitor, world):
    empty(world)
    upload(visitor, world, saved(french()))
    assert visitor.answer.request["PATH_INFO"].endswith("/columns/")
    assert "The headers of this file are not known here" in visitor.text
    assert "Former" in visitor.text and "Chef de file" in visitor.text  # samples and headers
    visitor.press(
        "Use these columns for all sheets with the same headers (Participation)",
        **chosen("s0", goal="1. Elles participent"),
    )
    assert "The same columns are now chosen for: Prévention" in visitor.text
    assert FrameworkImport.objects.get().columns == {}  # nothing is saved yet
    visitor.press("Show the preview", **{"s1-goal": "2. La paix"})
    assert "The columns are read as you said." in visitor.text
    visitor.press("Save all of this")
    assert list(Goal.objects.filter(plan=world.plan).values_list("code", "title")) == [
        ("1", "Elles participent"), ("2", "La paix"),
    ]  # fmt: skip
    made = Indicator.objects.filter(plan=world.plan).order_by("code")
    assert [(one.code, one.pillar.name, str(one.baseline_value)) for one in made] == [
        ("1.1.1a", "Participation", "18.000000"),
        ("1.1.1b", "Participation", "20.000000"),
        ("2.1.1a", "Prevention", "18.000000"),
        ("2.1.1b", "Prevention", "20.000000"),
    ]
    activity = Activity.objects.get(plan=world.plan, code="1.1.1")
    assert (activity.years, activity.leads.count()) == ([2024, 2025], 2)


def test_the_mapping_is_kept_and_shown_again(visitor, world):
    upload(visitor, world, saved(book(FIRST, header=[*HEADER[:5], "Boss"])))
    assert "is not known and not imported" in visitor.text
    visitor.follow("Columns are wrong? Correct them").press("Show the preview", **{"s0-c6": "leads"})
    assert "is not known" not in visitor.text
    kept = FrameworkImport.objects.get().columns["sheets"]["Participation"]
    assert kept["columns"]["6"] == "leads" and kept["columns"]["4"] == "schedule:2024"
    visitor.follow("Columns are wrong? Correct them")
    form = next(form for form in visitor.page.forms if "s0-c6" in form.fields)
    assert (form.fields["s0-c6"], form.fields["s0-c1"]) == ("leads", "output")


def test_other_header_rows_give_new_guesses_before_anything_is_saved(visitor, world):
    above = [("Output", "Activity", "Indicator", "Lead"), ("made in May",)]
    upload(visitor, world, saved(book(FIRST, above=above)))
    visitor.follow("Columns are wrong? Correct them").press(
        "Show the preview", **{"s0-first": "1", "s0-goal": "1. Women"}
    )
    assert "The headers are now read where you said: Participation." in visitor.text
    assert FrameworkImport.objects.get().columns == {}
    form = next(form for form in visitor.page.forms if "s0-c4" in form.fields)
    shown = [form.fields[f"s0-{name}"] for name in ("first", "last", "c3", "c4", "c5", "goal")]
    assert shown == ["1", "1", "indicator", "leads", "", "1. Women"]
    visitor.press("Show the preview")
    assert FrameworkImport.objects.get().columns["sheets"]["Participation"]["first"] == 1


def test_mistakes_are_said_in_words_and_nothing_is_lost(visitor, world):
    upload(visitor, world, saved(french("Participation")))
    visitor.press("Show the preview", status=422, **chosen("s0", c7="leads", pillar="Peace"))
    assert "Column F is that already. A sheet can have one only." in visitor.text
    form = next(form for form in visitor.page.forms if "s0-c7" in form.fields)
    assert (form.fields["s0-c7"], form.fields["s0-pillar"], form.fields["s0-c2"]) == (
        "leads",
        "Peace",
        "activity",
    )
    visitor.press("Show the preview", status=422, **chosen("s0", c2="", c3="", c7=""))
    assert "say which column holds the activities or the indicators" in visitor.text
    visitor.press("Show the preview", status=422, **{"s0-read": "leave"})
    assert "At least one sheet has to be read." in visitor.text
    visitor.press("Show the preview", status=422, **{"s0-read": "matrix", "s0-first": "99"})
    assert "The sheet has only 5 rows." in visitor.text
    assert FrameworkImport.objects.get().columns == {}


def test_a_made_up_answer_is_refused(visitor, world):
    upload(visitor, world, saved(french("Participation")))
    address = visitor.answer.request["PATH_INFO"]
    data = {"action": "save", "s0-read": "matrix", "s0-first": "2", "s0-last": "3", "s0-seen": "matrix 2 3"}
    answer = visitor.client.post(address, data | {"s0-c1": "password"})
    assert answer.status_code == 422 and "password" in str(answer.context["problems"])
    for seen, first in (
        ("matrix -1 3", "2"),
        ("x", "2"),
        ("matrix 2 99999999999", "x"),
        ("matrix 2 3", "9" * 30),
    ):
        sent = data | {"s0-seen": seen, "s0-first": first}
        assert visitor.client.post(address, sent).status_code in (200, 422), (seen, first)
    assert visitor.client.post(address, {"action": "copy:zz"}).status_code == 200
    assert visitor.client.post(address, {}).status_code == 422
    assert FrameworkImport.objects.get().columns == {}


def test_a_sheet_is_left_out_or_read_as_working_groups(visitor, world):
    workbook = book(FIRST)
    workbook.create_sheet("Prevention").append(["Output", "Activity", "Indicator"])
    workbook["Prevention"].append(["2.1. Peace", "2.1.1. Talk", "# of talks increased"])
    groups = workbook.create_sheet("Equipas")
    groups.append(["Nome da equipa", "Chefia", "Quem pertence"])
    groups.append(["Participation", "SEI & NGO Ba Futuru", "MAE, PNTL"])
    upload(visitor, world, saved(workbook)).follow("Columns are wrong? Correct them")
    visitor.press("Show the preview", **{"s1-read": "leave", "s2-read": "groups"})
    assert "Nothing is saved yet" in visitor.text
    visitor.press("Show the preview", status=422)
    assert "say which column names the working group" in visitor.text
    visitor.press("Show the preview", **{"s2-c1": "group", "s2-c2": "leads", "s2-c3": "members"})
    assert "You left this sheet out" in visitor.text
    visitor.press("Save all of this")
    assert not Activity.objects.filter(plan=world.plan, code="2.1.1", title="Talk").exists()
    group = WorkingGroup.objects.get(pillar=Pillar.objects.get(plan=world.plan, name="Participation"))
    assert group.seats.filter(role="group_member", institution__acronym="PNTL").exists()


def test_the_pillar_of_a_csv_file_can_be_said(visitor, world):
    rows = [["Goal 1: Goal 1"], HEADER, FIRST]
    upload(visitor, world, csv_bytes(rows), "export (3).csv")
    assert "The pillar takes the name of the file" in visitor.text
    visitor.follow("Columns are wrong? Correct them").press(
        "Show the preview", **{"s0-pillar": "Participation"}
    )
    assert "takes the name of the file" not in visitor.text
    visitor.press("Save all of this")
    assert not Pillar.objects.filter(plan=world.plan, name__startswith="export").exists()


def test_only_what_is_undecided_can_be_corrected(visitor, world):
    upload(visitor, world, saved(book(FIRST)))
    address = visitor.links("Columns are wrong? Correct them")[0]
    FrameworkImport.objects.update(kind="workbook")
    visitor.open(address, status=404)
    FrameworkImport.objects.update(kind="logframe", state="queued")
    visitor.open(address, status=404)
    FrameworkImport.objects.update(state="discarded")
    visitor.open(address, status=404)


def test_queries_of_the_page_do_not_grow(visitor, world, django_assert_num_queries):
    counts = []
    for content in (book(FIRST), french("A", "B", "C", "D")):
        upload(visitor, world, saved(content))
        one = FrameworkImport.objects.latest("pk")
        visitor.open(f"/plans/{world.plan.code}/import/{one.public_id}/columns/")
        with django_assert_num_queries(QUERIES):
            visitor.open(f"/plans/{world.plan.code}/import/{one.public_id}/columns/")
        counts.append(one.pk)
    assert len(set(counts)) == 2


#: Session, person, seats and institution of the person, plan, upload, pillars.
QUERIES = 7


# Whatever is chosen

TOKENS = [
    "", "pillar", "goal", "goal_code", "output", "output_code", "activity", "activity_code", "indicator",
    "indicator_code", "schedule", "schedule:2024", "leads", "support", "baseline", "baseline_year", "target",
    "target:2025", "data_source", "type", "direction", "dimensions", "unit",
]  # fmt: skip
TEXTS = ["1.1. a b", "1.1.1. c d", "1.1.1", "Goal 2: e", "# of h increased", "• j\n• k", "x", "SEI, MAE", "11/442", "18%", "2024", "=1", None]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(st.sampled_from(TEXTS), max_size=6), min_size=1, max_size=8),
    tokens=st.lists(st.sampled_from(TOKENS), min_size=6, max_size=6, unique=True),
    read_as=st.sampled_from(["matrix", "groups", "leave"]),
    first=st.integers(1, 3),
    more=st.integers(0, 2),
    said=st.sampled_from(["", "1. Peace", "Pillar 2: War"]),
)
def test_any_choice_for_any_sheet_is_read_or_said_to_be_wrong(rows, tokens, read_as, first, more, said):
    grid = Grid.from_rows("S", rows)
    guessed(grid)
    if read_as == "groups":
        tokens = ["group", "leads", "members", "", "cso_lead", "government_lead"]
    mapping = Mapping(read_as, first, first + more, dict(enumerate(tokens, 1)), said, said)
    stored = {"sheets": {"S": mapping.to_store()}}
    parsed = read_grids([grid], filename="x.csv", layouts=layouts_of([grid], stored))
    assert all(str(doubt) for doubt in parsed.doubts)
    if read_as == "leave" and grid.cells:
        assert codes(parsed) == ["left_out"] and not parsed.pillars
