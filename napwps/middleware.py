"""Turns the domain's errors into pages, and refuses requests that no page could answer."""

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.shortcuts import render

from frameworks.workflow import StateConflict

#: Far above the largest workbook (its own limit is said at its field), far below what would fill the server's disk: Django
#: receives the body of a form before it knows who sent it.
LARGEST_BODY = 64 * 1024 * 1024


class DomainErrorsMiddleware:
    """A view that does not handle a StateConflict itself still answers 409 with the reason in words, never 500."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path_info:  # PostgreSQL holds no such text: nothing can lie there
            raise Http404
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > LARGEST_BODY:
            raise RequestDataTooBig(f"The body of the request is larger than {LARGEST_BODY} bytes.")
        return self.get_response(request)

    def process_exception(self, request, error):
        if isinstance(error, StateConflict):
            return render(request, "409.html", {"message": str(error)}, status=409)
        return None
