"""The Timor-Leste logframe exactly as a ministry keeps it."""

from frameworks.imports.results import ParsedDimension, ParsedPlan, Source
from tests.frameworks.imports.books import REAL, codes, doubts, only, parts, read, with_shared_strings


def at(cell, sheet="Participation"):
    return Source(sheet, cell)


def test_plan_pillar_and_goal():
    parsed = read(REAL)
    assert parsed.can_be_saved
    assert parsed.plan == ParsedPlan(
        "National Action Plan 1325 (2nd generation) 2024-2028: logical framework", 2024, 2028, True, at("A1")
    )
    assert [(pillar.name, pillar.code) for pillar in parsed.pillars] == [("Participation", None)]
    (goal,) = parsed.goals()
    assert (goal.code, goal.code_given, goal.source) == ("1", True, at("A2"))
    assert goal.text == (
        "Improving, Strengthening and Expanding equal and active participation of women in decision making process "
        "relating to governance, peace and security"
    )
    assert goal.original == f"Goal: {goal.text}"


def test_outputs_and_activities():
    parsed = read(REAL)
    assert [(output.code, output.code_given, output.source) for output in parsed.outputs()] == [
        ("1.1", False, at("A5")),
        ("1.2", False, at("A10")),
    ]
    first, second = parsed.outputs()
    assert first.text == (
        "Increased representation of women elected or appointed to roles in decision-making positions in the security "
        "and justice sectors at local and national levels."
    )
    assert second.text.endswith("promote gender equality")
    assert [len(output.activities) for output in parsed.outputs()] == [2, 1]
    every_year = (2024, 2025, 2026, 2027, 2028)
    assert [(one.code, one.years, one.source) for one in parsed.activities()] == [
        ("1.1.2", every_year, at("B5")),
        ("1.1.3", every_year, at("B9")),
        ("1.2.1", every_year[:4], at("B10")),
    ]
    assert parsed.activities()[1].text == (
        "Develop standard and integrated training modules for promotion of women participation in elections for local "
        "and national governance."
    )


def test_leads():
    three = [("SEI", "lead", 1, False), ("MAE", "co_lead", 2, False), ("CSOs", "co_lead", 3, True)]
    leads = [
        [(lead.name, lead.role, lead.order, lead.is_group) for lead in activity.leads]
        for activity in read(REAL).activities()
    ]
    assert leads == [three, three, [("MJ", "lead", 1, False)]]
    assert [str(activity.leads[0].source) for activity in read(REAL).activities()] == [
        "Participation!I5",
        "Participation!I9",
        "Participation!I10",
    ]


def test_indicators():
    found = read(REAL).indicators()
    assert [(one.code, one.source.cell, one.direction) for one in found] == [
        ("1.1.2a", "C5", "increase"),
        ("1.1.2b", "C6", "increase"),
        ("1.1.2c", "C7", "maintain_or_increase"),
        ("1.1.2d", "C8", "increase"),
        ("1.1.3a", "C9", "increase"),
        ("1.2.1a", "C10", "increase"),
    ]
    assert all(one.code_given and one.type == "number_and_percentage" for one in found)
    assert found[0].statement == (
        "# and % of Women participating in the leadership training in the national and the Suco levels."
    )
    assert found[2].statement == "# and % of Women elected to parliament maintained or increased."
    assert found[0].baseline is None and found[0].targets == () and found[0].data_source is None


def test_bulleted_breakdown():
    breakdown = read(REAL).indicators()[1]
    assert breakdown.statement == (
        "# and % of Women elected for senior positions in the local and national governance increased"
    )
    assert breakdown.dimensions == (
        ParsedDimension(
            "Position level",
            ("Aldeia Chief", "Suco Chief", "Administrative Post", "Municipality"),
            True,
            at("C6"),
        ),
    )
    assert breakdown.original.count("\n") == 4 and "•\tSuco Chief" in breakdown.original
    assert sum(len(one.dimensions) for one in read(REAL).indicators()) == 1


def test_working_groups():
    groups = read(REAL).groups
    assert [group.pillar for group in groups] == [
        "Participation",
        "Prevention",
        "Protection",
        "Peacebuilding",
    ]
    assert [[(seat.name, seat.side) for seat in group.leads] for group in groups] == [
        [("SEI", "government"), ("Ba Futuru", "cso")],
        [("MSSI", "government"), ("Belun", "cso")],
        [("MI", "government"), ("ALFELA", "cso")],
        [("MJDAC", "government"), ("ACbit", "cso")],
    ]
    assert groups[1].leads[1].printed == "NGO Belun"
    assert [[member.name for member in group.members if not member.is_cso] for group in groups] == [
        ["MAE", "GMPTL", "Fundasun Alola", "MOI", "SEI", "MJ", "PNTL", "F-FDTL", "MD"],
        ["MAE", "GMPTL", "Fundasaun Alola", "MOI", "SEI", "MJ", "PNTL", "F-FDTL", "MD"],
        ["Fundasaun Alola", "MS", "MJ", "PNTL", "F-FDTL"],
        ["PNTL", "F-FDTL", "MSSI", "MOI", "MJDAC", "MNEC", "ME", "Office of PM"],
    ]
    assert [[member.name for member in group.members if member.is_cso] for group in groups] == [
        ["Ba Futuru", "APSCTL", "Caucus", "Patria"],
        ["Ba Futuru", "APSCTL", "Caucus", "Patria"],
        ["Fokupers", "HAK", "Pradet", "JSMP"],
        ["ACBIT", "Ajar", "CEPAD", "HAK"],
    ]
    assert str(groups[0].members[0].source) == "'Working groups'!C2"


def test_every_doubt_stands_at_its_cell():
    parsed = read(REAL)
    assert sorted((doubt.level, doubt.code, doubt.sheet, doubt.cell) for doubt in parsed.doubts) == [
        ("note", "dimension_guessed", "Participation", "C6"),
        ("note", "direction_assumed", "Participation", "C10"),
        ("note", "direction_assumed", "Participation", "C5"),
        ("note", "direction_assumed", "Participation", "C9"),
        ("note", "indicator_codes_given", "Participation", "C5"),
        ("note", "leads_not_members", "Working groups", "C3"),
        ("note", "leads_not_members", "Working groups", "C4"),
        ("note", "same_members", "Working groups", "C3"),
        ("note", "sides_by_order", "Working groups", "B4"),
    ]
    assert str(only(parsed, "dimension_guessed")) == (
        "Participation, C6: The list in the cell (Aldeia Chief, Suco Chief, Administrative Post, Municipality) is read as "
        "a breakdown by “Position level”. Correct the name if it is another."
    )
    assert "MSSI, Belun" in str(doubts(parsed, "leads_not_members")[0])


def test_known_institutions_settle_the_side_of_a_co_lead():
    from frameworks.imports import KnownInstitution

    known = [KnownInstitution("moi", ("Ministério do Interior", "MOI"), ("MI",), is_cso=False)]
    parsed = read(REAL, known=known)
    assert "sides_by_order" not in codes(parsed)
    assert [(seat.name, seat.side) for seat in parsed.groups[2].leads] == [
        ("MI", "government"),
        ("ALFELA", "cso"),
    ]


def test_mentions_give_every_printed_name():
    names = [name for name, _source in read(REAL).mentions()]
    assert {"SEI", "CSOs", "MJ", "Fundasun Alola", "Fundasaun Alola", "Office of PM", "Ajar", "ACBIT"} <= set(
        names
    )
    assert len(names) == 7 + 8 + 13 + 13 + 9 + 12


def test_shared_strings_make_no_difference():
    """Excel keeps texts in one table; this file keeps them in the cells. Both are read alike."""
    data = with_shared_strings(REAL.read_bytes())
    assert b"inlineStr" not in parts(data)["xl/worksheets/sheet1.xml"]
    assert read(data, "plan.xlsx") == read(REAL, "plan.xlsx")
