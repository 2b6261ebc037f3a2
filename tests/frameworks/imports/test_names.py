"""Taking a cell apart into institutions, and finding whom a printed name means."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frameworks.imports import KnownInstitution, KnownInstitutions, resolve, resolve_all, split_names
from frameworks.imports.names import is_group, key, same_name, split_leads, without_ngo

MOI = KnownInstitution("moi", ("Ministério do Interior", "MOI"), ("MI",))
ALOLA = KnownInstitution("alola", ("Fundasaun Alola",), ("Alola",), is_cso=True)
ACBIT = KnownInstitution("acbit", ("Asosiasaun Chega! Ba Ita", "ACbit"), is_cso=True)
PM = KnownInstitution("pm", ("Gabinete do Primeiro-Ministro",), ("Office of the PM",))
KNOWN = (MOI, ALOLA, ACBIT, PM)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SEI, MAE & CSOs", ["SEI", "MAE", "CSOs"]),
        ("A and B", ["A", "B"]),
        ("A e B", ["A", "B"]),
        ("A; B", ["A", "B"]),
        ("A / B", ["A", "B"]),
        ("A/B", ["A", "B"]),
        ("A + B", ["A", "B"]),
        ("A\nB", ["A", "B"]),
        ("A and/or B", ["A", "B"]),
        ("SEI, MAE, and CSOs.", ["SEI", "MAE", "CSOs"]),
        ("MJ", ["MJ"]),
        ("F-FDTL", ["F-FDTL"]),
        ("MOI (DNPCC, secretariat)", ["MOI (DNPCC, secretariat)"]),
        ("Belun and Ba Futuru", ["Belun", "Ba Futuru"]),
        ("Ministry of Education and Culture", ["Ministry of Education and Culture"]),
        (
            "Ministério da Solidariedade Social e Inclusão, MJ",
            ["Ministério da Solidariedade Social e Inclusão", "MJ"],
        ),
        ("Ministry of Education and MAE", ["Ministry of Education", "MAE"]),
        ("Ministry of Education and Ministry of Health", ["Ministry of Education", "Ministry of Health"]),
        ("Sandland and Andes", ["Sandland", "Andes"]),
        ("", []),
        (" , ; - ", []),
    ],
)
def test_split_names(text, names):
    assert split_names(text) == names


@pytest.mark.parametrize(
    "known", ["Rede Feto e Paz", "Women, Peace & Security Desk", "Law/Justice Centre", "Peace and Unity"]
)
def test_known_names_stay_whole(known):
    for text in (f"SEI, {known} and MJ", f"SEI; {known.upper()} / MJ", f"SEI & {known}, MJ"):
        names = split_names(text, [known])
        assert [name.casefold() for name in names] == ["sei", known.casefold(), "mj"]


def test_known_names_stay_whole_without_their_accents():
    known = [KnownInstitution(1, ("Direção da Mulher e Família",))]
    assert split_names("MJ e Direcao da Mulher e Familia", known) == ["MJ", "Direcao da Mulher e Familia"]


def test_a_known_name_inside_a_word_protects_nothing():
    assert split_names("Xa and Bx", ["a and b"]) == ["Xa", "Bx"]


acronyms = st.text(string.ascii_uppercase, min_size=2, max_size=6)
words = st.text(string.ascii_letters + "áéíóúãõç-", min_size=1, max_size=8).filter(
    lambda word: (
        word[0].isalpha()
        and word[-1].isalpha()
        and word.casefold() not in {"and", "e", "ngo", "lead", "cso", "ong", "osc"}
    )
)
separators = st.sampled_from(
    [", ", "; ", " / ", "/", " & ", "&", " and ", " e ", "\n", " + ", ",", ", and ", " AND "]
)


@given(st.lists(acronyms, min_size=1, max_size=6), st.data())
def test_any_list_of_acronyms_comes_apart(names, data):
    text = names[0]
    for name in names[1:]:
        text += data.draw(separators) + name
    assert split_names(text) == names


@given(
    st.lists(words, min_size=2, max_size=4),
    st.lists(acronyms, max_size=3),
    st.sampled_from([" and ", " e ", ", ", " & ", "/"]),
    st.data(),
)
def test_a_known_name_is_never_split(parts, others, joint, data):
    known = joint.join(parts)
    position = data.draw(st.integers(0, len(others)))
    names = [*others[:position], known, *others[position:]]
    found = split_names("; ".join(names), [known])
    assert " ".join(known.split()) in found
    assert len(found) == len(names)


@given(st.text(max_size=80))
def test_splitting_never_fails_or_invents(text):
    for name in split_names(text):
        assert name == name.strip() and name
        assert set(re.findall(r"\w", name)) <= set(re.findall(r"\w", text))


def test_roles():
    assert split_leads("SEI, MAE & CSOs") == [("SEI", "lead"), ("MAE", "co_lead"), ("CSOs", "co_lead")]
    assert split_leads("MAE (support), SEI (lead)") == [("MAE", "support"), ("SEI", "lead")]
    assert split_leads("Lead: SEI; Support: MAE, MJ") == [
        ("SEI", "lead"),
        ("MAE", "support"),
        ("MJ", "support"),
    ]
    assert split_leads("SEI, MAE", support=True) == [("SEI", "support"), ("MAE", "support")]
    assert split_leads("SEI (lead), MAE (lead)") == [("SEI", "lead"), ("MAE", "co_lead")]


def test_groups_of_institutions():
    assert is_group("CSOs") and is_group("Line Ministries") and is_group("civil society organisations")
    assert not is_group("CSO Belun") and not is_group("MAE")


@pytest.mark.parametrize(
    ("name", "kind", "institution"),
    [
        ("MOI", "exact", MOI),
        ("ministerio do INTERIOR", "exact", MOI),
        ("MI", "alias", MOI),
        ("m i", "alias", MOI),
        ("ACBIT", "exact", ACBIT),
        ("ACbit", "exact", ACBIT),
        ("NGO ACbit", "exact", ACBIT),
        ("Fundasun Alola", "fuzzy", ALOLA),
        ("Fundasaun  Alola", "exact", ALOLA),
        ("Office of PM", "fuzzy", PM),
        ("Gabinete do Primeiro Ministro", "exact", PM),
        ("MJ", "none", None),
        ("MO", "none", None),
        ("Belun", "none", None),
        ("", "none", None),
    ],
)
def test_resolve(name, kind, institution):
    match = resolve(name, KNOWN)
    assert (match.kind, match.institution, match.name) == (kind, institution, name)
    assert match.ratio >= 0.85 or kind == "none"


def test_short_names_are_never_guessed():
    assert resolve("MJDAD", [KnownInstitution(1, ("MJDAC",))]).kind == "none"
    assert resolve("MJ", [KnownInstitution(1, ("MD",)), KnownInstitution(2, ("MI",))]).kind == "none"


def test_a_name_of_two_institutions_is_not_decided():
    one, other = (
        KnownInstitution(1, ("Women in Peace",), ("WIP",)),
        KnownInstitution(2, ("Women in Police",), ("WIP",)),
    )
    match = resolve("wip", [one, other])
    assert (match.kind, match.institution, set(match.candidates)) == ("none", None, {one, other})


def test_two_spellings_of_a_new_institution_propose_it_once():
    matches = resolve_all(
        ["Fundasun Patria", "MOI", "NGO Fundasaun Patria", "Fundasun Patria", "Belun"],
        KnownInstitutions(KNOWN),
    )
    assert [(name, match.kind) for name, match in matches.items()] == [
        ("Fundasun Patria", "none"),
        ("MOI", "exact"),
        ("NGO Fundasaun Patria", "fuzzy"),
        ("Belun", "none"),
    ]
    assert matches["NGO Fundasaun Patria"].institution.names == ("Fundasun Patria",)
    assert len(KNOWN) == 4


@given(st.text(max_size=30))
def test_a_name_is_itself(name):
    known = KnownInstitution(1, (name,))
    assert same_name(name, name)
    if key(name):
        assert resolve(name, [known]).institution is known
        assert resolve(f"  {name.upper()}  ", [known]).institution is known or key(name.upper()) != key(name)


def test_without_ngo():
    assert [without_ngo(name) for name in ("NGO Belun", "ngo Belun", "NGO", "NGOma", "Belun NGO")] == [
        "Belun",
        "Belun",
        "NGO",
        "NGOma",
        "Belun NGO",
    ]
