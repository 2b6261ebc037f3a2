"""Turns the domain's errors into pages."""

from django.shortcuts import render

from frameworks.workflow import StateConflict


class DomainErrorsMiddleware:
    """A view that does not handle a StateConflict itself still answers 409 with the reason in words, never 500."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        if isinstance(error, StateConflict):
            return render(request, "409.html", {"message": str(error)}, status=409)
        return None
