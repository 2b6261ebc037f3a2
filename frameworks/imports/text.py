"""Pure functions on the texts of a logframe: white space, codes, bullets, marks, years. Nothing is reworded here."""

import re
import unicodedata

from frameworks.imports.vocabulary import LINE_LABELS

#: Signs that people and Word put before a line of a list. U+F0B7 and U+F0A7 are Word's own bullets.
BULLETS = "•◦▪▫■□●○‣⁃∙·►➢➤✓✔\uf0b7\uf0a7"
#: Signs that begin a list only at the start of a line: inside a line they mean something else.
LINE_BULLETS = BULLETS + "*–—-"

_ESCAPED_CONTROL = re.compile(r"_x00(0[0-9A-Fa-f]|1[0-9A-Fa-f])_")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\ufe0f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")

LABELS = (
    "pillar|pilar|goal|objective|objetivo|objectivo|outcome|output|resultado|produto|activity|actividade|atividade|"
    "action|indicator|indicador"
)
_CODE = re.compile(
    rf"""(?:(?i:{LABELS})\s+)?
    (?P<code>(?:[A-Z]{{1,3}}[.-]?)?\d{{1,4}}(?:\.\d{{1,4}})+(?:[a-z]{{1,2}}|\.[a-z])?   # 1.1, 1.1.2a, P1.1, A.1.2
       |(?<=\w\s)\d{{1,3}}[a-z]?                                                     # Goal 1
       |\d{{1,3}}(?=[.):]\s))                                                        # 1. Text
    (?![\w%])(?!\.\d)
    (?P<end>[.):]+(?:\s+|(?=[^\W\d]))|\s*[-–—]\s+|\s+)
    (?P<rest>\S.*)""",
    re.VERBOSE | re.DOTALL,
)
#: "1.5 million women", "2.5 % of posts": amounts, not codes.
_AMOUNT = re.compile(r"\d+\.\d+\s+(?:%|percent|per cent|million|milh|por cento)", re.IGNORECASE)
_BARE_CODE = re.compile(
    rf"(?:(?:{LABELS})\s+)?(?P<code>[A-Za-z0-9][A-Za-z0-9._-]{{0,38}}?)[.):]*", re.IGNORECASE
)


def raw(text):
    """The text with its line breaks, without what cannot be seen or stored (control characters, zero-width spaces)."""
    text = _ESCAPED_CONTROL.sub(lambda match: "\n" if match[1].upper() in ("0A", "0D") else " ", str(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROL.sub("", _INVISIBLE.sub("", text)).strip()


def clean(text):
    """One line: every run of white space (also no-break spaces and line breaks) is one space."""
    return " ".join(raw(text).split())


def fold(text):
    """For comparing words: no accents, no capitals, only letters and digits, single spaces."""
    flat = unicodedata.normalize("NFKD", str(text)).casefold()
    flat = "".join(sign for sign in unicodedata.normalize("NFKD", flat) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", flat))


def split_code(text, *, keep_lines=False):
    """("1.1", "Increased…") of "1.1. Increased…"; ("", text) when it does not begin with a code.

    The dots of the code are kept, those that end it are not. A lone number is a code only with a dot, bracket or
    colon after it, or with its level's name before it: "2 women" is text, "2. Women" and "Goal 2: Women" are not.
    `keep_lines`: the rest keeps its line breaks.
    """
    text = raw(text) if keep_lines else clean(text)
    match = _CODE.match(text)
    if match is None or (not match["end"].strip() and _AMOUNT.match(text)):
        return "", text
    return match["code"], match["rest"]


def is_bare_code(text):
    """True for a code with no text behind it: "1.2.1", "A.1." """
    return bool(re.fullmatch(r"(?:[A-Z]{1,3}[.-]?)?\d{1,4}(?:\.\d{1,4})*(?:[a-z]{1,2})?[.):]?", clean(text)))


def code_of_cell(text):
    """The code in a column of codes: "1.1.", "Output 1.1" and "OP-3" give "1.1", "1.1" and "OP-3"; "" if it is none."""
    match = _BARE_CODE.fullmatch(clean(text))
    return match["code"].rstrip(".") if match else ""


_LINE_CODE = r"(?P<code>[A-Z]{0,3}\d{1,3}(?:\.\d{1,3})*)"
_LINES = {
    field: re.compile(
        rf"(?i:{'|'.join(sorted(labels, key=len, reverse=True))})"
        rf"(?:\s*{_LINE_CODE}\s*[:.–—-]*\s+|\s*[:–—-]\s*(?:{_LINE_CODE.replace('code', 'late')}[.):]*\s+)?)(?P<rest>\S.*)"
    )
    for field, labels in LINE_LABELS.items()
}


def split_label(text):
    """("goal", "1", "Women decide") of "Goal 1: Women decide" or "Goal: 1. Women decide"; None without such a label."""
    text = clean(text)
    for field, pattern in _LINES.items():
        if match := pattern.fullmatch(text):
            return field, match["code"] or match["late"] or "", match["rest"]
    return None


def split_pillar(text):
    """("1", "Participation") of "Pillar 1: Participation", "1. Participation", "P1 - Participation"; ("", "Participation")
    of "Participation Pillar". A name of nothing but "Pillar 1" stays as it is."""
    text = clean(text)
    name = re.sub(r"(?i)^(?:pillar|pilar)\b\s*[:–—-]*\s*|\s*\b(?:pillar|pilar)$", "", text).strip()
    match = re.match(r"(?:P\s?)?(\d{1,2})\s*(?:[.):–—-]+\s*|\s+)(\S.*)", name)
    if match:
        return match[1], match[2]
    return ("", name) if name and not name.isdecimal() else ("", text)


def natural_key(code):
    """Sorts codes as people count: 1.9 before 1.10, 1.1.2z before 1.1.2aa, 1.1 before 1.1.1."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, len(part), part)
        for part in re.findall(r"\d+|[^\W\d_]+", fold(code))
    )


def letters(number):
    """The letters after an activity's code: 0 is a, 25 is z, 26 is aa."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def split_bullets(text):
    """("# of women increased", ["Aldeia Chief", "Suco Chief"]) of a cell whose text ends in a bulleted list.

    A line without a bullet goes on the line before it; after an empty line the sentence goes on. Both parts are one
    line each; the colon that opens the list is not kept.
    """
    head, items, open_item = [], [], False
    lines = re.sub(rf"(?<=\S)[ \t]+(?=[{BULLETS}]\s)", "\n", raw(text)).split("\n")
    for line in lines:
        line = line.strip()
        if not line:
            open_item = False
        elif line[0] in BULLETS or (line[0] in LINE_BULLETS and line[1:2].isspace()):
            item = clean(line[1:])
            if item:
                items.append(item)
                open_item = True
        elif open_item:
            items[-1] = f"{items[-1]} {clean(line)}"
        else:
            head.append(line)
    sentence = clean(" ".join(head))
    if items:
        sentence = re.sub(r"\s*:$", "", sentence)
    return sentence, [item.rstrip(";,").strip() for item in items]


_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_YEAR_RANGE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s*(?:[-–—/]|to|until|a|até)\s*((?:19|20)\d\d)(?!\d)", re.IGNORECASE
)
MAX_PLAN_YEARS = 30


def year_of(text):
    """The year that a header cell is ("2024", 2024, "FY 2024", "Ano 2024"), or None."""
    words = fold(text).split()
    if (
        1 <= len(words) <= 2
        and _YEAR.fullmatch(words[-1])
        and (len(words) == 1 or words[0] in ("fy", "ano", "year", "tinan"))
    ):
        return int(words[-1])
    return None


def years_of_plan(text):
    """(first, last) of a title such as "NAP 1325, 2024-2028", or None."""
    match = _YEAR_RANGE.search(text)
    if match and int(match[1]) <= int(match[2]) <= int(match[1]) + MAX_PLAN_YEARS:
        return int(match[1]), int(match[2])
    return None


def years_in(text):
    """The years of a schedule written as words ("2024-2026, 2028"), or None when anything else stands there."""
    years = set()
    rest = clean(text)
    for match in _YEAR_RANGE.finditer(rest):
        first, last = int(match[1]), int(match[2])
        if not first <= last <= first + MAX_PLAN_YEARS:
            return None
        years.update(range(first, last + 1))
    rest = _YEAR_RANGE.sub(" ", rest)
    years.update(int(year) for year in _YEAR.findall(rest))
    rest = re.sub(r"[\s,;.&+/]|\b(?:and|e|no|to)\b", "", _YEAR.sub(" ", rest))
    return tuple(sorted(years)) if years and not rest else None


_YES = {
    "x",
    "1",
    "yes",
    "y",
    "sim",
    "s",
    "sin",
    "true",
    "✓",
    "✔",
    "√",
    "☑",
    "☒",
    "×",
    "х",
    "•",
    "●",
    "■",
    "∙",
    "\uf0b7",
    "\uf0fc",
}
_NO = {"", "0", "no", "n", "nao", "não", "false", "-", "–", "—", "☐"}


def mark(text):
    """True for a mark (x, ✓, 1, yes, sim, •), False for a blank or a dash, None for anything else."""
    sign = clean(text).casefold()
    if sign in _YES:
        return True
    return False if sign in _NO else None


_CALL = re.compile(r"[+@\-]\s*(?:[A-Za-z][A-Za-z0-9.]*\s*\(|@|\w+\s*\|)")


def is_formula(text):
    """True for text that a spreadsheet would run: it begins with =, or reads like +cmd|…!A0 or @SUM(…).

    A dash before words ("- Suco Chief") and "+10%" are text.
    """
    text = unicodedata.normalize("NFKC", raw(text)).lstrip()
    return text.startswith("=") or bool(_CALL.match(text)) or any(map(_calls_a_program, text.split("\n")))


def _calls_a_program(line):
    """True when a part of the line reads like =cmd|…! (a part begins the line or stands after , ; ( & /)."""
    last = line.rfind("!")
    for part in re.finditer(r"[^,;(&/]+", line):
        pipe = part[0].find("|")
        if part[0].lstrip()[:1] in ("=", "+", "-", "@") and 0 <= pipe < last - part.start():
            return True
    return False


def one_spaced(text):
    """Runs of blanks become one blank; line breaks stay. Keeps the patterns that look for blanks fast."""
    return re.sub(r"[^\S\n]+", " ", text)


def split_outside_brackets(text, separators):
    """The parts of a text between any of the separator signs that do not stand inside round brackets."""
    parts, depth, begin = [], 0, 0
    for position, sign in enumerate(text):
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(0, depth - 1)
        elif depth == 0 and sign in separators:
            parts.append(text[begin:position])
            begin = position + 1
    return [*parts, text[begin:]]
