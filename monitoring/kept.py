"""What somebody sent from a page of a draft after their session had ended: it waits in the sign-in page, and is sent anew.

Without scripts the sent boxes are all that there is of the page. They travel in the answer, signed and packed, and never
lie on the server: nobody who is signed out can fill anything there. After signing in the same person finds a page with one
button that sends them to where they were going; that page's own checks decide as they always do. Another person is told
nothing of them.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.shortcuts import render

#: The most that is carried along (characters): a page with every box full is a fifth of it.
MOST = 2_000_000
#: How long it can wait in an open sign-in page (seconds).
LASTS = 7 * 24 * 60 * 60
_SALT = "napwps.kept"
_NOT_KEPT = ("csrfmiddlewaretoken",)


@dataclass(frozen=True, slots=True)
class Kept:
    """`path`: where it was sent to. `by`: id of the user for whom that page had been made. `fields`: (name, text) pairs."""

    path: str
    by: str
    fields: list


def pack_sent(request):
    """What a request sent, as one text for a hidden box; "" where nobody could say whose it is, or it is too much."""
    fields = [
        (name, text)
        for name, texts in request.POST.lists()
        if name not in _NOT_KEPT
        for text in texts
        if isinstance(text, str)
    ]
    by = request.POST.get("by", "")
    if not by.isdecimal() or sum(len(name) + len(text) for name, text in fields) > MOST:
        return ""
    return signing.dumps([request.get_full_path(), by, fields], salt=_SALT, compress=True)


def unpack(packed):
    """The Kept of a text made by `pack_sent`; None for anything else, and for what has waited too long."""
    try:
        path, by, fields = signing.loads(packed, salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    return Kept(path, by, fields)


def sign_in_and_keep(request):
    """Asks a person whose session has ended to sign in, with what they sent kept in that page (403: it is not saved yet)."""
    packed = pack_sent(request)
    if not packed:
        return redirect_to_login(request.get_full_path())
    context = {"form": AuthenticationForm(request), "next": request.get_full_path(), "kept": packed}
    return _not_stored(render(request, "account/sign_in.html", context, status=403))


def send_again(request, kept):
    """The page with one button that sends what was kept; for the person whose it is."""
    return _not_stored(render(request, "account/send_again.html", {"kept": kept}))


def is_from_here(request):
    """Whether a browser says that the form was one of this site's: what other sites send is never offered to be saved."""
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(sender)[:2] == (request.scheme, request.get_host())


def _not_stored(response):
    response["Cache-Control"] = "no-store"
    return response
