"""Whom the printed names of a workbook mean: known institutions, misspellings to confirm, new ones to create."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from frameworks.imports.names import FUZZY, NONE, is_group, key, resolve_all, without_ngo
from frameworks.imports.results import CSO, NOTE, WARNING, Doubt
from frameworks.models import Institution
from frameworks.models.people import InstitutionKind

#: A person's answer to "whom does this name mean?": create it anew.
NEW = "new"


@dataclass
class Who:
    """One institution behind one or more printed names. `institution` has no pk while it is to be created."""

    institution: Institution
    printed: list
    sources: list
    is_new: bool
    is_guess: bool

    @property
    def field_name(self):
        """The form field with which a person says whom the name means."""
        return "who-" + key(self.printed[0])


def resolve_people(parsed, existing, answers, country):
    """({printed name: Who}, doubts).

    `answers`: {field name: institution code, or "new"} given by a person on the preview; they go before any guess.
    """
    mentions = parsed.mentions()
    printed_csos = _printed_csos(parsed)
    by_code = {known.key.code: known.key for known in existing.known.institutions}
    matches = resolve_all([name for name, _source in mentions], existing.known)
    found, doubts, whos = {}, [], {}
    taken = set(by_code)
    for name, source in mentions:
        match = matches[name]
        answer = answers.get("who-" + key(name))
        institution = match.institution.key if match.institution else None
        guess = match.kind == FUZZY and institution is not None
        if answer in by_code:
            institution, guess = by_code[answer], False
        elif answer == NEW:
            institution, guess = None, False
        spelled = key(without_ngo(name)) if institution is None else institution.code
        if match.kind == FUZZY and institution is None and answer != NEW and match.institution:
            spelled = key(match.institution.names[0])  # another spelling of one that this import creates
        who = found.get(spelled)
        if who is None:
            is_new = institution is None
            institution = institution or _proposed(name, name in printed_csos, country, taken)
            who = found[spelled] = Who(institution, [], [], is_new, guess)
        who.is_guess = who.is_guess or guess
        if name not in who.printed:
            who.printed.append(name)
            doubts += _doubt(name, source, match, who, answered=answer is not None)
        who.sources.append(source)
        whos[name] = who
    return whos, doubts


def _doubt(name, source, match, who, *, answered):
    if answered:
        return []
    if len(match.candidates) > 1:
        text = format_lazy(
            _("“{name}” fits several institutions: {several}. Choose one below."),
            name=name,
            several=", ".join(str(one.key or one.names[0]) for one in match.candidates),
        )
    elif match.kind == FUZZY:
        text = format_lazy(
            _("“{name}” is taken for “{known}”. Choose another below if it is not."),
            name=name,
            known=match.spelling,
        )
    elif match.kind == NONE and who.is_new:
        text = format_lazy(
            _(
                "“{name}” is not in the directory and will be created ({kind}). Choose below if it goes by another name."
            ),
            name=name,
            kind=who.institution.get_kind_display(),
        )
    else:
        return []
    level = NOTE if match.kind == NONE and not match.candidates else WARNING
    return [Doubt(level, source.sheet, source.cell, "institution", text)]


def _printed_csos(parsed):
    """Names that the workbook itself says are civil society."""
    csos = {seat.name for group in parsed.groups for seat in group.leads if seat.side == CSO}
    return csos | {member.name for group in parsed.groups for member in group.members if member.is_cso}


def _proposed(name, is_cso, country, taken):
    name = without_ngo(name)
    kind = InstitutionKind.GOVERNMENT
    if is_group(name):
        kind = InstitutionKind.GROUP
    elif is_cso:
        kind = InstitutionKind.CSO
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    base = re.sub(r"[^A-Z0-9]+", "-", plain.upper()).strip("-")[:32] or "INSTITUTION"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    taken.add(code)
    acronym = name if len(name) <= 40 else ""
    return Institution(code=code, acronym=acronym, name=name[:200], kind=kind, country=country)
