"""Reads the sheet of working groups: pillar, co-leads, members.

"SEI & Ba Futuru" are a government and a CSO co-lead; "MD no 4 NGOs (Ba Futuru, APSCTL, Caucus, Patria)" is one
ministry and four CSO members ("no" is Tetum for "and"; DOMAIN.md, "Coordination of the Timor-Leste plan").
"""

import re

from django.utils.translation import gettext_lazy as _

from frameworks.imports import text as texts
from frameworks.imports.grid import reference
from frameworks.imports.names import KnownInstitutions, is_ngo, key, same_name, split_names, without_ngo
from frameworks.imports.results import CSO, GOVERNMENT, ParsedGroup, ParsedMember, ParsedSeat, Source
from frameworks.imports.rows import View
from frameworks.imports.vocabulary import NGO_WORDS

CONNECTORS = ("and", "e", "no", "ho")
MAX_GROUPS = 100
MAX_MISSPELLED = 5
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NGOS = re.compile(
    rf"(?:(?:^|[\s,;])(?:{'|'.join(CONNECTORS)})\s+|&\s*|[,;]\s*|^)?"
    rf"(?:\b(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})\s+)?\b(?:{'|'.join(NGO_WORDS)})\s*"
    r"(?:\((?P<round>[^()]*)\)|:\s*(?P<rest>[^()]*)$)",
    re.IGNORECASE,
)
_UNNAMED = re.compile(
    rf"\b(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})\s+(?:{'|'.join(NGO_WORDS)})\b", re.IGNORECASE
)


def read_groups(grid, layout, known, doubts):
    """The ParsedGroups of the sheet. `known` (KnownInstitutions) are names that are not taken apart.

    Whether a co-lead sits on the government or the CSO side is told by "NGO" before the name, by the lists of NGO
    members, or by the known institution; where none of them tells, the first is taken for the government's, with a note.
    """
    view = View(grid, layout)
    rows = []
    for row in range(layout.last_row + 1, grid.last_row + 1):
        if len(rows) == MAX_GROUPS:
            doubts.error(
                "too_many_groups",
                Source(grid.title, reference(row, 1)),
                _(
                    "The sheet lists more than {limit} working groups; a plan has one for each pillar. Is it another list?"
                ),
                limit=MAX_GROUPS,
            )
            break
        cells = {
            field: view.of(row, field)
            for field in ("group", "leads", "government_lead", "cso_lead", "members")
        }
        if not any(cells.values()):
            continue
        if cells["group"] is None:
            stray = next(cell for cell in cells.values() if cell)
            doubts.error(
                "group_without_name",
                stray.source,
                _("No working group is named in this row. Fill its first cell."),
            )
            continue
        rows.append((cells, _members(cells["members"], known, doubts) if cells["members"] else ()))
    ngo_names = {key(member.name) for _cells, members in rows for member in members if member.is_cso}
    groups, cells_of = [], {}
    for cells, members in rows:
        name = texts.split_pillar(re.sub(r"(?i)\s*\b(?:working group|group)$", "", cells["group"].text))[1]
        leads = _leads(cells, members, ngo_names, known, doubts)
        group = ParsedGroup(name, cells["group"].text, leads, members, cells["group"].source)
        first = next((other for other in groups if texts.fold(other.pillar) == texts.fold(name)), None)
        if first:
            doubts.error(
                "group_twice",
                group.source,
                _("The working group “{name}” is there twice: here and in {other}. Remove one of them."),
                name=name,
                other=first.source,
            )
        groups.append(group)
        cells_of[id(group)] = cells
    _note_quality(groups, cells_of, known, doubts)
    return tuple(groups)


def _members(cell, known, doubts):
    """The members of a cell: those in brackets after "NGOs" are CSOs, of the others it is not known."""
    members, seen = [], set()

    def add(text, is_cso):
        for printed in split_names(text, known, CONNECTORS):
            name = without_ngo(printed)
            is_ngo_member = True if is_cso or is_ngo(printed) else None
            if key(name) in seen:
                doubts.note(
                    "member_twice", cell.source, _("“{name}” is named twice; it is taken once."), name=name
                )
            else:
                seen.add(key(name))
                members.append(ParsedMember(name, printed, is_ngo_member, cell.source))

    text, end = texts.one_spaced(cell.raw), 0
    for match in _NGOS.finditer(text):
        add(text[end : match.start()], False)
        before = len(members)
        listed = match["round"] if match["round"] is not None else match["rest"]
        add(listed, True)
        _check_count(match["count"], len(members) - before, cell, doubts)
        end = match.end()
    rest = text[end:]
    for match in _UNNAMED.finditer(rest):
        doubts.warning(
            "ngos_not_named",
            cell.source,
            _(
                "“{text}”: their names are missing, so they are not imported. Write the names in brackets behind."
            ),
            text=match[0],
        )
    add(_UNNAMED.sub(",", rest), False)
    return tuple(members)


def _check_count(said, found, cell, doubts):
    if not said:
        return
    count = int(said) if said.isdecimal() else _COUNTS.index(said.casefold()) + 1
    if count != found:
        doubts.warning(
            "ngo_count",
            cell.source,
            _("The cell says {said} NGOs but names {found}. Check the list."),
            said=count,
            found=found,
        )


def _leads(cells, members, ngo_names, known, doubts):
    """The co-leads with their sides, from one cell or from two columns."""
    seats = []
    for field, side in (("government_lead", GOVERNMENT), ("cso_lead", CSO)):
        if cell := cells[field]:
            names = split_names(cell.raw, known, CONNECTORS)
            seats += [ParsedSeat(without_ngo(name), name, side, cell.source) for name in names]
    cell = cells["leads"]
    if cell is None:
        return tuple(seats)
    printed = split_names(cell.raw, known, CONNECTORS)
    sides = [_side(name, ngo_names, known) for name in printed]
    if len(printed) == 2:
        if sides[0] is None and sides[1] is None:
            doubts.note(
                "sides_by_order",
                cell.source,
                _(
                    "“{first}” is taken for the government co-lead and “{second}” for the CSO co-lead, by their order."
                ),
                first=without_ngo(printed[0]),
                second=without_ngo(printed[1]),
            )
            sides = [GOVERNMENT, CSO]
        sides[0] = sides[0] or (CSO if sides[1] == GOVERNMENT else GOVERNMENT)
        sides[1] = sides[1] or (CSO if sides[0] == GOVERNMENT else GOVERNMENT)
    sides = [side or GOVERNMENT for side in sides]
    if sorted(sides) != [CSO, GOVERNMENT]:
        doubts.warning(
            "co_leads",
            cell.source,
            _(
                "A working group has one government and one CSO co-lead; the cell reads as {government} and {cso}. Check it."
            ),
            government=_listed(printed, sides, GOVERNMENT),
            cso=_listed(printed, sides, CSO),
        )
    return tuple(
        ParsedSeat(without_ngo(name), name, side, cell.source)
        for name, side in zip(printed, sides, strict=True)
    )


def _listed(names, sides, side):
    """The names on one side for a message, or "none"."""
    return ", ".join(name for name, where in zip(names, sides, strict=True) if where == side) or _("none")


def _side(printed, ngo_names, known: KnownInstitutions):
    """The side that the sheet or the known institution tells, or None."""
    if is_ngo(printed) or key(without_ngo(printed)) in ngo_names:
        return CSO
    institution = known.resolve(printed).institution
    if institution is None or institution.is_cso is None:
        return None
    return CSO if institution.is_cso else GOVERNMENT


def _note_quality(groups, cells_of, known, doubts):
    """Notes on what was printed: two groups with the same members, co-leads who are not among the members."""
    for position, group in enumerate(groups):
        for other in groups[:position]:
            if group.members and _same_members(group.members, other.members, known):
                doubts.note(
                    "same_members",
                    group.members[0].source,
                    _(
                        "The members are printed the same as those of “{other}” ({cell}). Kept as printed; check that it is not a slip."
                    ),
                    other=other.pillar,
                    cell=other.members[0].source,
                )
                break
        missing = [
            lead.name for lead in group.leads if not any(_same(lead, one, known) for one in group.members)
        ]
        if missing and group.members:  # no members at all: a gap, not a slip
            doubts.note(
                "leads_not_members",
                cells_of[id(group)]["members"].source,
                _("Leading the group but not among its members: {names}. Kept as printed."),
                names=", ".join(missing),
            )


def _same_members(one, other, known):
    """True when two lists name the same institutions, misspellings aside."""
    keys = {key(member.name) for member in other}
    differing = [member for member in one if key(member.name) not in keys]
    # A list with many misspellings is another list; comparing all with all would take long.
    return (
        len(one) == len(other)
        and len(differing) <= MAX_MISSPELLED
        and all(any(_same(member, twin, known) for twin in other) for member in differing)
    )


def _same(one, other, known):
    """True for two spellings of one institution: alike, or both known as the same one (MI and MOI)."""
    if same_name(one.name, other.name):
        return True
    first, second = known.resolve(one.name).institution, known.resolve(other.name).institution
    return first is not None and first is second
