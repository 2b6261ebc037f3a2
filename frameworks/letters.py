"""What a mail says: its subject, its plain text and its HTML, in the language of the reader."""

import re
import textwrap
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: Characters of a subject that mail programs show of it, at most.
SUBJECT_LENGTH = 120
#: So many things stand in one mail; the rest is counted. It waits on the site.
MOST_LINES = 40
TEXT_WIDTH = 76

_SIGNER = signing.Signer(salt="frameworks.letters.unsubscribe")


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str


def absolute(path):
    """The full address of a path of this site."""
    return f"{settings.SITE_URL}{path}"


def site_host():
    return urlsplit(settings.SITE_URL).hostname


def unsubscribe_url(user):
    """The full address at which `user` ends the digests without signing in: whoever has the mail may."""
    return absolute(reverse("mail_unsubscribe", args=[_SIGNER.sign(user.pk)]))


def user_id_of(token):
    """The id of the user that an unsubscribe link was made for, or None when it was not made here."""
    try:
        return int(_SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def write_letter(user, notices, *, kind_of, is_digest):
    """The Letter that tells `user` of those notices. kind_of: notice → Kind, for the headings. No query."""
    with translation.override(user.language):
        ordered = sorted(notices, key=lambda one: (kind_of(one).order, one.created_at, one.pk))
        shown = ordered[:MOST_LINES]
        context = {
            "name": user.display_name,
            "language": translation.get_language(),
            "subject": _subject(ordered),
            "groups": _groups(shown, kind_of),
            "left_out": len(ordered) - len(shown),
            "is_digest": is_digest,
            "site_url": absolute("/"),
            "settings_url": absolute(reverse("mail_settings")),
            "unsubscribe_url": unsubscribe_url(user) if is_digest else "",
        }
        text = render_to_string("emails/letter.txt", context)
        html = render_to_string("emails/letter.html", context)
    return Letter(subject=context["subject"], text=_tidy(text), html=html)


def _subject(notices):
    first, more = notices[0].subject, len(notices) - 1
    if more:
        tail = ngettext("%(n)d more thing", "%(n)d more things", more) % {"n": more}
        room = SUBJECT_LENGTH - len(tail) - 5
        return _("%(first)s, and %(more)s") % {"first": _cut(first, room), "more": tail}
    return _cut(first, SUBJECT_LENGTH)


def _cut(text, length):
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _groups(notices, kind_of):
    """[{heading, items: [{subject, line, url, plan}]}]; the plan is named where the mail tells of several."""
    several = len({one.plan_id for one in notices}) > 1
    groups = defaultdict(list)
    for one in notices:
        groups[str(kind_of(one).heading)].append(
            {
                "subject": one.subject,
                "line": one.line,
                "indented": textwrap.indent(one.line.strip(), "  "),
                "url": absolute(one.url) if one.url else "",
                "plan": one.plan.short_name if several and one.plan else "",
            }
        )
    return [{"heading": heading, "things": things} for heading, things in groups.items()]


def _tidy(text):
    """Lines that fit a screen, never more than one empty line; addresses stay whole."""
    lines = []
    for line in text.strip().splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(
            line.strip(), TEXT_WIDTH, initial_indent=indent, subsequent_indent=indent,
            break_long_words=False, break_on_hyphens=False,
        ) or [""]  # fmt: skip
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"
