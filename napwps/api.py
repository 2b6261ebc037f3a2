"""How the API speaks: exact numbers out, problem+json for errors."""

from decimal import Decimal

import orjson
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import BaseRenderer
from rest_framework.views import exception_handler


def exact_number(value):
    """A Decimal as the JSON number with exactly its digits; no float in between, no trailing zeros, no exponent."""
    text = format(value.normalize(), "f")
    return orjson.Fragment("0" if text == "-0" else text)


def _default(value):
    if isinstance(value, Decimal):
        return exact_number(value)
    if hasattr(value, "__html__") or hasattr(value, "_proxy____args"):
        return force_str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


class OrjsonRenderer(BaseRenderer):
    """JSON. Numbers are numbers, missing is null and never 0, moments are ISO 8601 in UTC."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if data is None:
            return b""
        return orjson.dumps(data, default=_default, option=orjson.OPT_UTC_Z)


def problem_json(error, context):
    """Errors as RFC 9457 problem details: `title`, `status`, `detail`, and `errors` naming each field."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    elif isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(
            error.message_dict if hasattr(error, "error_dict") else error.messages
        )
    response = exception_handler(error, context)
    if response is None:
        return None
    problem = {
        "type": "about:blank",
        "title": force_str(error.default_detail),
        "status": response.status_code,
    }
    if isinstance(error, exceptions.ValidationError):
        problem["title"] = _("Something in the request is not right.")
        problem["errors"] = _field_errors(response.data)
    else:
        problem["detail"] = force_str(getattr(error, "detail", error))
    response.data = problem
    response.content_type = "application/problem+json"
    return response


def _field_errors(data):
    if isinstance(data, dict):
        return [
            {"field": None if field == "non_field_errors" else field, "message": force_str(message)}
            for field, messages in data.items()
            for message in (messages if isinstance(messages, list) else [messages])
        ]
    return [{"field": None, "message": force_str(message)} for message in data]
