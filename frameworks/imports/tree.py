"""The tree that is built while a sheet is read, and its turning into frozen results: codes given, doubles refused."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from frameworks.imports import text as texts
from frameworks.imports.results import (
    ParsedActivity,
    ParsedGoal,
    ParsedIndicator,
    ParsedLead,
    ParsedOutput,
    ParsedPillar,
)
from frameworks.imports.vocabulary import FIELD_LABELS


@dataclass(slots=True, eq=False)
class Node:
    """A pillar, goal, output, activity or indicator under construction. `cell` is where it begins."""

    level: str
    cell: object
    code: str
    text: str
    original: str
    parent: object = None
    code_given: bool = False
    children: dict = field(default_factory=dict)  # level → nodes, in reading order
    years: set = field(default_factory=set)
    leads: list = field(default_factory=list)  # (name, role, is_group, source)
    extra: dict = field(default_factory=dict)  # what an indicator carries besides
    statements: dict = field(default_factory=dict)  # statement → its indicator, to find doubles

    index: dict = field(default_factory=dict)  # (level, code, folded text) → child

    def add(self, child):
        self.under(child.level).append(child)
        self.index.setdefault((child.level, child.code, texts.fold(child.text)), child)

    def find(self, level, code, text):
        """The first child of that level with that printed code and text, or None."""
        return self.index.get((level, code, texts.fold(text)))

    def under(self, level):
        return self.children.setdefault(level, [])

    def same_as(self, code, text):
        return self.code == code and texts.fold(self.text) == texts.fold(text)

    @property
    def source(self):
        return self.cell.source


def finish(pillars, doubts):
    """The frozen pillars of a whole workbook, after giving the missing codes and checking the printed ones."""
    everything = {level: [] for level in ("goal", "output", "activity", "indicator")}
    for pillar in pillars:
        _collect(pillar, everything)
    for level, nodes in everything.items():
        _refuse_doubles(level, nodes, doubts)
    _give_goal_codes(everything["goal"], doubts)
    for level, child_level in (("goal", "output"), ("output", "activity")):
        _give_codes(everything[level], child_level, everything[child_level], doubts)
    _check_prefixes(everything, doubts)
    _give_indicator_codes(everything, doubts)
    return tuple(
        ParsedPillar(pillar.text, pillar.code or None, tuple(map(_goal, pillar.under("goal"))), pillar.source)
        for pillar in pillars
    )


def _collect(node, everything):
    for level, children in node.children.items():
        for child in children:
            everything[level].append(child)
            _collect(child, everything)


def _refuse_doubles(level, nodes, doubts):
    """The same printed code twice in a plan: an error that names both cells."""
    first = {}
    for node in nodes:
        if not node.code:
            continue
        code = texts.fold(node.code)
        if code not in first:
            first[code] = node
            continue
        doubts.error(
            "duplicate_code",
            node.source,
            _("{level} code {code} is used twice: here and in {other}. Give one of them another code."),
            level=FIELD_LABELS[level],
            code=node.code,
            other=first[code].source,
        )


def _give_goal_codes(goals, doubts):
    """A goal without a code takes the first part of its outputs' codes ("1" of 1.1 and 1.2), else the next number."""
    used = {texts.fold(goal.code) for goal in goals if goal.code}
    for goal in goals:
        if goal.code:
            continue
        codes = [output.code for output in goal.under("output") if output.code]
        parts = {code.rpartition(".")[0] for code in codes if "." in code}
        goal.code_given = True
        if len(parts) == 1 and codes and texts.fold(part := parts.pop()) not in used:
            goal.code = part
        else:
            goal.code = _next(used, "", 1)[0]
            if codes:
                doubts.warning(
                    "goal_code_given",
                    goal.source,
                    _(
                        "The goal has no code and those of its outputs do not tell it; {code} is given by the import."
                    ),
                    code=goal.code,
                )
        used.add(texts.fold(goal.code))


def _give_codes(parents, level, nodes, doubts):
    """Codes for outputs or activities: all of them have none (given, with one note), or one lacks its own (an error)."""
    without = [node for node in nodes if not node.code]
    if not without:
        return
    some_have = len(without) < len(nodes)
    used = {texts.fold(node.code) for node in nodes if node.code}
    for parent in parents:
        number = 1
        for node in parent.under(level):
            if node.code:
                continue
            node.code, number = _next(used, f"{parent.code}.", number)
            node.code_given = True
            used.add(texts.fold(node.code))
            if some_have:
                doubts.error(
                    "code_missing",
                    node.source,
                    _(
                        "{level} “{text}” has no code, though others have. Write its code before the text, or move the text out of the table."
                    ),
                    level=FIELD_LABELS[level],
                    text=node.text[:80],
                )
    if not some_have:
        doubts.warning(
            "codes_given",
            without[0].source,
            _(
                "{level}: none carries a code. Codes from {first} to {last} are given by the import, in the order of the sheet."
            ),
            level=FIELD_LABELS[level],
            first=without[0].code,
            last=without[-1].code,
        )


def _next(used, prefix, number):
    """(the first free code from prefix + number on, the number after it)."""
    while texts.fold(f"{prefix}{number}") in used:
        number += 1
    return f"{prefix}{number}", number + 1


def _check_prefixes(everything, doubts):
    """An activity's printed code begins with its output's, and an output's with its goal's."""
    for parent_level, level in (("goal", "output"), ("output", "activity")):
        for parent in everything[parent_level]:
            if parent.code_given:
                continue
            for node in parent.under(level):
                if node.code_given or node.code.startswith(f"{parent.code}.") or "." not in node.code:
                    continue
                doubts.warning(
                    "code_of_other_parent",
                    node.source,
                    _(
                        "{level} {code} stands under {parent_level} {parent} but its code does not begin with {parent}. Is it in the right place?"
                    ),
                    level=FIELD_LABELS[level],
                    code=node.code,
                    parent_level=FIELD_LABELS[parent_level],
                    parent=parent.code,
                )


def _give_indicator_codes(everything, doubts):
    """Activity code and a letter (1.1.2a … 1.1.2z, 1.1.2aa), skipping printed codes; one note per sheet."""
    used = {texts.fold(node.code) for node in everything["indicator"] if node.code}
    given = {}
    for level in ("goal", "output", "activity"):
        for owner in everything[level]:
            position = 0
            for node in owner.under("indicator"):
                if node.code:
                    continue
                while texts.fold(code := f"{owner.code}{texts.letters(position)}") in used:
                    position += 1
                node.code, node.code_given = code, True
                used.add(texts.fold(code))
                given.setdefault(node.source.sheet, []).append(node)
    for nodes in given.values():
        doubts.note(
            "indicator_codes_given",
            nodes[0].source,
            _(
                "Indicators without a code in the sheet: {count}. The import gives them codes, from {first} to {last}."
            ),
            count=len(nodes),
            first=nodes[0].code,
            last=nodes[-1].code,
        )


def _goal(node):
    outputs = tuple(map(_output, node.under("output")))
    return ParsedGoal(
        node.code, node.code_given, node.text, node.original, outputs, _indicators(node), node.source
    )


def _output(node):
    activities = tuple(map(_activity, node.under("activity")))
    return ParsedOutput(
        node.code, node.code_given, node.text, node.original, activities, _indicators(node), node.source
    )


def _activity(node):
    leads = tuple(
        ParsedLead(name, role, order, is_group, source)
        for order, (name, role, is_group, source) in enumerate(node.leads, 1)
    )
    return ParsedActivity(
        node.code,
        node.code_given,
        node.text,
        node.original,
        tuple(sorted(node.years)),
        leads,
        _indicators(node),
        node.source,
    )


def _indicators(node):
    return tuple(
        ParsedIndicator(
            code=child.code,
            code_given=child.code_given,
            statement=child.text,
            original=child.original,
            source=child.source,
            **child.extra,
        )
        for child in node.under("indicator")
    )
