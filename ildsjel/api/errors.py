"""What can go wrong, in one shape: {"error": plain words, "detail": what helps to mend it}."""

import logging
from collections.abc import Callable, Iterable
from functools import partial, wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from ildsjel.engine.matching import QueryError
from ildsjel.organisation.models import NotAllowed

log = logging.getLogger(__name__)

UNKNOWN_CALLER = "Send a valid token: Authorization: Bearer ild_…"
NOTHING_HERE = "There is nothing at this address, or it is not yours to see."
NOT_UNDERSTOOD = "The request could not be understood. Nothing was changed."


class Problem(Exception):
    """Ends a request with this status and these words."""

    def __init__(self, status: int, error: str, detail: Any = None) -> None:
        super().__init__(error)
        self.status, self.error, self.detail = status, error, detail


def answer(status: int, error: str, detail: Any = None) -> HttpResponse:
    """The one shape of errors."""
    response = JsonResponse({"error": error, "detail": detail}, status=status)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def add_handlers(api: NinjaAPI) -> None:
    """Give every fault that an endpoint may raise its status and its words."""
    handlers: dict[type[Exception], Callable[[Any], HttpResponse]] = {
        Problem: lambda fault: answer(fault.status, fault.error, fault.detail),
        Http404: lambda fault: answer(404, NOTHING_HERE),
        NotAllowed: lambda fault: answer(403, "You are not allowed to do this.", str(fault)),
        QueryError: _unreadable_query,
        ValidationError: lambda fault: answer(422, NOT_UNDERSTOOD, list(_faults(fault.errors))),
        RequestDataTooBig: lambda fault: answer(413, "The request is too large."),
        HttpError: _http_error,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, partial(_handle, handler))


def only_known(request: HttpRequest, wanted: Schema) -> None:
    """Refuse parameters that this list does not have: overlooked, they would show too much."""
    unknown = sorted(set(request.GET) - set(type(wanted).model_fields))
    if unknown:
        problem = "There is no such parameter here."
        faults = [{"where": f"query.{name}", "problem": problem} for name in unknown]
        raise Problem(422, NOT_UNDERSTOOD, faults)


def _handle(
    handler: Callable[[Any], HttpResponse], request: HttpRequest, fault: Exception
) -> HttpResponse:
    return handler(fault)


def _unreadable_query(fault: QueryError) -> HttpResponse:
    return answer(422, fault.message, {"position": fault.position, "hint": fault.hint})


def _faults(errors: Iterable[dict[str, Any]]) -> Iterable[dict[str, str]]:
    """Where and what, but not what was sent. `given` is our own name for the body."""
    for error in errors:
        where = ".".join(str(part) for part in error["loc"] if part != "given")
        yield {"where": where, "problem": error["msg"].removeprefix("Value error, ")}


def _http_error(fault: HttpError) -> HttpResponse:
    if fault.status_code == 401:
        return answer(401, UNKNOWN_CALLER)
    if fault.status_code == 400:
        return answer(422, NOT_UNDERSTOOD, [{"where": "body", "problem": "This is not JSON."}])
    return answer(fault.status_code, str(fault))


def _unexpected(fault: Exception) -> HttpResponse:
    log.error("A request to the API failed.", exc_info=fault)
    return answer(500, "An unexpected fault in Ildsjel; its log says more.")


def in_one_shape(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """What is refused before any endpoint is reached looks like all other errors."""

    @wraps(view)
    def shaped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return answer(404, NOTHING_HERE)
        if response.status_code != 405:
            return response
        allowed = response.headers.get("Allow", "")
        problem = answer(405, "This can't be done at this address.", {"allowed": allowed})
        problem["Allow"] = allowed
        return problem

    return shaped
