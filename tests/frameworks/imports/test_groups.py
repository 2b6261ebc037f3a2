"""The sheet of working groups."""

import openpyxl
import pytest

from frameworks.imports import KnownInstitution
from tests.frameworks.imports.books import codes, doubts, only, read

HEADER = ["Working group", "Lead by", "Members"]


def groups(*rows, header=HEADER, known=()):
    workbook = openpyxl.Workbook()
    workbook.active.title = "Groups"
    for row in (header, *rows):
        workbook.active.append(row)
    return read(workbook, known=known)


def members(text, known=()):
    parsed = groups(["Peace", "SEI & NGO Belun", text], known=known)
    return [(one.name, one.is_cso) for one in parsed.groups[0].members], parsed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MJ, MD no 2 NGOs (HAK, JSMP)", [("MJ", None), ("MD", None), ("HAK", True), ("JSMP", True)]),
        ("MJ, MD and two NGOs (HAK and JSMP)", [("MJ", None), ("MD", None), ("HAK", True), ("JSMP", True)]),
        ("MJ; MD; CSOs: HAK, JSMP", [("MJ", None), ("MD", None), ("HAK", True), ("JSMP", True)]),
        ("MJ\nMD\nNGO Belun", [("MJ", None), ("MD", None), ("Belun", True)]),
        ("2 ONGs (HAK, JSMP), MJ e MD", [("HAK", True), ("JSMP", True), ("MJ", None), ("MD", None)]),
        ("MJ, Office of PM", [("MJ", None), ("Office of PM", None)]),
    ],
)
def test_members(text, expected):
    found, parsed = members(text)
    assert found == expected
    assert not {"ngo_count", "ngos_not_named"} & set(codes(parsed))


def test_a_count_that_does_not_fit():
    found, parsed = members("MJ no 4 NGOs (HAK, JSMP, Pradet)")
    assert len(found) == 4
    doubt = only(parsed, "ngo_count")
    assert (doubt.level, doubt.cell) == ("warning", "C2") and "4" in str(doubt) and "3" in str(doubt)


def test_ngos_that_are_not_named():
    found, parsed = members("MJ, MD and 4 NGOs")
    assert found == [("MJ", None), ("MD", None)]
    assert only(parsed, "ngos_not_named").level == "warning"


def test_a_member_named_twice():
    found, parsed = members("MJ, MD, mj")
    assert found == [("MJ", None), ("MD", None)] and only(parsed, "member_twice").level == "note"


def test_known_names_are_not_taken_apart():
    known = [KnownInstitution(1, ("Ministério da Juventude, Desporto, Arte e Cultura", "MJDAC"))]
    found, _parsed = members("ministerio da juventude, desporto, arte e cultura, MJ", known)
    assert [name for name, _side in found] == ["ministerio da juventude, desporto, arte e cultura", "MJ"]


def sides(lead, members="", known=()):
    parsed = groups(["Peace", lead, members], known=known)
    return [(seat.name, seat.side) for seat in parsed.groups[0].leads], parsed


def test_sides_of_the_co_leads():
    assert sides("NGO Belun and MSSI")[0] == [("Belun", "cso"), ("MSSI", "government")]
    assert sides("Belun and MSSI", "MSSI no 1 NGO (Belun)")[0] == [("Belun", "cso"), ("MSSI", "government")]
    known = [KnownInstitution(1, ("MSSI",), is_cso=False)]
    found, parsed = sides("Belun and MSSI", known=known)
    assert found == [("Belun", "cso"), ("MSSI", "government")] and "sides_by_order" not in codes(parsed)
    found, parsed = sides("MSSI and Belun")
    assert found == [("MSSI", "government"), ("Belun", "cso")]
    assert (only(parsed, "sides_by_order").cell, only(parsed, "sides_by_order").level) == ("B2", "note")


def test_too_few_too_many_or_one_sided_co_leads():
    assert only(sides("MSSI")[1], "co_leads").level == "warning"
    assert only(sides("MSSI, MJ and NGO Belun")[1], "co_leads").cell == "B2"
    found, parsed = sides("NGO Belun & NGO HAK")
    assert found == [("Belun", "cso"), ("HAK", "cso")] and "none" in str(only(parsed, "co_leads"))


def test_a_blank_lead_is_a_vacant_seat_and_no_doubt():
    found, parsed = sides(None, "MJ")
    assert found == [] and codes(parsed) == []


def test_separate_columns_for_the_co_leads():
    parsed = groups(
        ["Participação", "SEI", "Ba Futuru", "SEI, Ba Futuru"],
        header=["Grupo de trabalho", "Government co-lead", "CSO co-lead", "Membros"],
    )
    assert [(seat.name, seat.side) for seat in parsed.groups[0].leads] == [
        ("SEI", "government"),
        ("Ba Futuru", "cso"),
    ]
    assert codes(parsed) == []


def test_quality_notes():
    parsed = groups(
        ["Participation", "SEI & NGO Belun", "SEI, Fundasun Alola, MJ no 1 NGO (Belun)"],
        ["Prevention", "MSSI & NGO HAK", "MJ, SEI, Fundasaun Alola no 1 NGO (Belun)"],
        ["Protection", "MJ & NGO HAK", "MJ no 1 NGO (HAK)"],
    )
    assert [(one.code, one.cell) for one in parsed.notes] == [
        ("same_members", "C3"),
        ("leads_not_members", "C3"),
    ]
    assert "'Groups'!C2" in str(parsed.notes[0]) or "Groups!C2" in str(parsed.notes[0])
    assert "MSSI, HAK" in str(parsed.notes[1])


def test_other_names_of_an_institution_count_as_its_membership():
    known = [KnownInstitution(1, ("MOI",), ("MI",), is_cso=False)]
    parsed = groups(["Protection", "MI & NGO HAK", "MOI no 1 NGO (HAK)"], known=known)
    assert codes(parsed) == []


def test_a_group_twice_or_without_a_name():
    parsed = groups(
        ["Peace", "SEI & NGO A", "SEI"], ["Peace Pillar", "SEI & NGO A", "MJ"], [None, "MJ & NGO B", "MJ"]
    )
    assert [(one.code, one.cell) for one in parsed.errors] == [
        ("group_without_name", "B4"),
        ("group_twice", "A3"),
    ]
    assert "Groups!A2" in str(doubts(parsed, "group_twice")[0])
