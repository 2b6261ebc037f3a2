"""Institutions' names: taking a cell apart into names, and finding whom a printed name means. Pure, no ORM."""

import difflib
import re
import unicodedata
from dataclasses import dataclass

from frameworks.imports import text as texts
from frameworks.imports.results import CO_LEAD, LEAD, SUPPORT
from frameworks.imports.vocabulary import GROUPS_OF_INSTITUTIONS, INSTITUTION_STARTS, NGO_WORDS

#: From this likeness on (difflib ratio of folded names) a name counts as a misspelling of a known one …
FUZZY_RATIO = 0.85
#: … if it has at least so many letters: short acronyms that differ by one letter are different ministries.
FUZZY_LENGTH = 6
#: Longer texts are not names; comparing them would take long.
FUZZY_LONGEST = 200

EXACT, ALIAS, FUZZY, NONE = "exact", "alias", "fuzzy", "none"

_HARD = r"[,;/+|\n•]"
_ROLES = {
    LEAD: ("lead", "accountable", "líder", "lider", "responsável", "responsavel"),
    CO_LEAD: ("co-lead", "co lead", "colead", "co-líder", "co-lider"),
    SUPPORT: ("support", "supporting", "apoio", "partner", "parceiro"),
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words}
_ROLE_WORDS = "|".join(sorted(map(re.escape, _ROLE_OF), key=len, reverse=True))
_ROLE_AFTER = re.compile(rf"\s*\(({_ROLE_WORDS})\)$", re.IGNORECASE)
_ROLE_BEFORE = re.compile(rf"({_ROLE_WORDS})\s*:\s*", re.IGNORECASE)
_NGO_BEFORE = re.compile(rf"(?:{'|'.join(NGO_WORDS)})\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KnownInstitution:
    """An institution as the database knows it: `names` are its name and acronym. `key` is whatever the caller needs."""

    key: object
    names: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    is_cso: bool | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a printed name means. `kind` exact, alias, fuzzy (a doubt) or none (a new institution is proposed).

    `spelling` is the known spelling that matched. `candidates` has more than one entry when a name fits several
    institutions equally: then nothing is chosen and `kind` is none.
    """

    name: str
    kind: str
    institution: KnownInstitution | None = None
    spelling: str = ""
    ratio: float = 0.0
    candidates: tuple[KnownInstitution, ...] = ()


class KnownInstitutions:
    """An index over known institutions; build it once for a whole workbook."""

    def __init__(self, institutions=()):
        self.institutions = []
        self._exact, self._alias, self._found = {}, {}, {}
        for institution in institutions:
            self.add(institution)
        self.keys = frozenset((*self._exact, *self._alias))
        self.protected = _protection(self.spellings())

    @classmethod
    def of(cls, known):
        """`known` itself when it is an index, else an index over it: KnownInstitution objects or plain spellings."""
        if isinstance(known, cls):
            return known
        return cls(KnownInstitution(None, (one,)) if isinstance(one, str) else one for one in known)

    def add(self, institution):
        """Makes an institution resolvable (not protected from splitting)."""
        self.institutions.append(institution)
        self._found = {}
        for table, spellings in ((self._exact, institution.names), (self._alias, institution.aliases)):
            for spelling in spellings:
                if key(spelling):
                    table.setdefault(key(spelling), {})[institution] = spelling

    def spellings(self):
        return [
            spelling for known in self.institutions for spelling in (*known.names, *known.aliases) if spelling
        ]

    def resolve(self, name):
        """The Match of a printed name: exact before alias before misspelling."""
        if name not in self._found:
            self._found[name] = self._resolve(name)
        return self._found[name]

    def _resolve(self, name):
        for wanted in dict.fromkeys((key(name), key(without_ngo(name)))):
            for kind, table in ((EXACT, self._exact), (ALIAS, self._alias)):
                if found := table.get(wanted):
                    return _match(name, kind, found, 1.0)
        return self._fuzzy(name, key(without_ngo(name)))

    def _fuzzy(self, name, wanted):
        best, best_ratio = {}, FUZZY_RATIO
        if not FUZZY_LENGTH <= len(wanted) <= FUZZY_LONGEST:
            return Match(name, NONE)
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(wanted)
        for table in (self._exact, self._alias):
            for spelled, institutions in table.items():
                if not FUZZY_LENGTH <= len(spelled) <= FUZZY_LONGEST:
                    continue
                matcher.set_seq1(spelled)
                if matcher.real_quick_ratio() < best_ratio or matcher.quick_ratio() < best_ratio:
                    continue
                ratio = matcher.ratio()
                if ratio > best_ratio or (ratio == best_ratio and not best):
                    best, best_ratio = dict(institutions), ratio
                elif ratio == best_ratio:
                    best |= institutions
        return _match(name, FUZZY, best, best_ratio) if best else Match(name, NONE)


def _match(name, kind, found, ratio):
    candidates = tuple(found)
    if len(candidates) > 1:
        return Match(name, NONE, ratio=ratio, candidates=candidates)
    return Match(name, kind, candidates[0], found[candidates[0]], ratio, candidates)


def resolve(name, known):
    """The Match of one printed name among known institutions (an iterable, or a KnownInstitutions index)."""
    return KnownInstitutions.of(known).resolve(name)


def resolve_all(names, known):
    """{printed name: Match} for many names. A name that is unknown becomes known to those after it, so that two
    spellings of one new institution propose it once (the later one as a fuzzy or exact match, `key` None)."""
    index = KnownInstitutions(KnownInstitutions.of(known).institutions)
    matches = {}
    for name in dict.fromkeys(names):
        match = matches[name] = index.resolve(name)
        if match.kind == NONE and not match.candidates:
            index.add(KnownInstitution(None, (without_ngo(name),)))
    return matches


def key(name):
    """What two spellings of a name share: no case, accents, spaces, hyphens ("F-FDTL" and "FFDTL")."""
    return texts.fold(name).replace(" ", "")


def same_name(one, other):
    """True for spellings of one name: equal, or alike as far as FUZZY_RATIO and FUZZY_LENGTH allow."""
    one, other = key(without_ngo(one)), key(without_ngo(other))
    if one == other:
        return True
    if min(len(one), len(other)) < FUZZY_LENGTH or max(len(one), len(other)) > FUZZY_LONGEST:
        return False
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= FUZZY_RATIO and matcher.ratio() >= FUZZY_RATIO


def without_ngo(name):
    """ "Belun" of "NGO Belun"."""
    return _NGO_BEFORE.sub("", name, count=1) if _NGO_BEFORE.match(name) else name


def is_ngo(name):
    """True when the printed name says so ("NGO Belun")."""
    return bool(_NGO_BEFORE.match(name))


def is_group(name):
    """True for a group of institutions ("CSOs"), which is not one institution."""
    return texts.fold(name) in GROUPS_OF_INSTITUTIONS


def split_names(text, known=(), connectors=("and", "e")):
    """The names in a cell, in order: "SEI, MAE & CSOs" gives SEI, MAE, CSOs.

    Split at , ; / + & line breaks and the connector words; never inside brackets, and never inside a known name
    ("Ministry of Youth and Sport" of `known`: spellings, KnownInstitution objects or an index of them).
    A full name that begins like "Ministry of …" is not split at a connector either, unless another name follows.
    """
    text = texts.one_spaced(texts.raw(text))
    known = KnownInstitutions.of(known)
    kept = []

    def keep(match):
        kept.append(match[0])
        return f"\x00{len(kept) - 1}\x00"

    def restore(part):
        while "\x00" in part:
            part = re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], part)
        return part

    if known.protected:
        text = _sub_folded(known.protected, keep, text)
    text = re.sub(r"\([^()]*\)", keep, text)
    words = "|".join(map(re.escape, connectors))
    text = re.sub(r"\b(?:and|e)/(?:or|ou)\b", ",", text, flags=re.IGNORECASE)
    names = []
    for part in re.split(_HARD, text):
        pieces = re.split(rf"((?:^|\s+)(?:{words})(?=\s|$)|\s*&\s*)", part, flags=re.IGNORECASE)
        current = pieces[0]
        for joint, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            if _is_one_name(restore(current), restore(piece), known.keys):
                current += joint + piece
            else:
                names.append(current)
                current = piece
        names.append(current)
    cleaned = (texts.clean(restore(name)).strip(" .:").strip() for name in names)
    return [name for name in cleaned if any(sign.isalnum() for sign in name)]


def split_leads(text, known=(), *, support=False):
    """[(name, role)] of a lead cell. The first is "lead", the others "co_lead", unless the cell says otherwise:
    "SEI (lead), MAE (support)" or "Lead: SEI; Support: MAE". `support`: a column of supporting institutions."""
    leads, said = [], None
    for name in split_names(text, known):
        if before := _ROLE_BEFORE.match(name):
            said = _ROLE_OF[before[1].lower()]
            name = name[before.end() :]
        role = said
        if after := _ROLE_AFTER.search(name):
            role = _ROLE_OF[after[1].lower()]
            name = name[: after.start()]
        if support:
            role = SUPPORT
        elif role is None:
            role = CO_LEAD if any(other == LEAD for _name, other in leads) else LEAD
        elif role == LEAD and any(other == LEAD for _name, other in leads):
            role = CO_LEAD  # only one is accountable
        if name.strip():
            leads.append((name.strip(), role))
    return leads


def _is_one_name(left, right, known_keys):
    """True when a connector stands inside a full name: "Ministry of Education" and "Culture"."""
    first = (texts.fold(left).split() or [""])[0]
    if first not in INSTITUTION_STARTS or key(left) in known_keys or not right.strip():
        return False
    begins = (texts.fold(right).split() or [""])[0]
    looks_like_a_name = (
        is_acronym(right) or is_ngo(right.strip()) or is_group(right) or begins in INSTITUTION_STARTS
    )
    return not (looks_like_a_name or key(right) in known_keys)


def is_acronym(name):
    """True for "MAE", "F-FDTL", "CSOs", "ACbit": one word with at least two capitals."""
    return bool(re.fullmatch(r"[\w.-]+", name.strip())) and sum(sign.isupper() for sign in name) >= 2


def _protection(spellings):
    """A pattern, on folded text of the same length, of the known names that a splitter would take apart."""
    apart = rf"{_HARD}|&|\s(?:and|e|no|ho)\s|\("
    risky = {_flat(texts.clean(name)) for name in spellings if re.search(apart, name, re.IGNORECASE)}
    if not risky:
        return None
    longest_first = sorted(risky, key=len, reverse=True)
    spaced = (r"\s+".join(map(re.escape, name.split())) for name in longest_first)
    return re.compile("|".join(rf"(?<!\w){name}(?!\w)" for name in spaced))


def _sub_folded(pattern, keep, text):
    flat = _flat(text)
    parts, end = [], 0
    for match in pattern.finditer(flat):
        parts += [text[end : match.start()], keep([text[match.start() : match.end()]])]
        end = match.end()
    return "".join([*parts, text[end:]])


def _flat(text):
    """Lower case and without accents, sign by sign, so that positions stay the same."""
    flat = []
    for sign in text:
        base = unicodedata.normalize("NFKD", sign)[0].lower()
        flat.append(base if len(base) == 1 else sign)
    return "".join(flat)
