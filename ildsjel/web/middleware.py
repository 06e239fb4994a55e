"""What every answer passes: a strict content security policy and the person's own language."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def content_security_policy(handle: Handler) -> Handler:
    """Nothing is loaded from elsewhere and no inline script runs, whatever a post contains."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = handle(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return answer


def own_language(handle: Handler) -> Handler:
    """The language that the person has chosen beats the browser's."""

    def answer(request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if not chosen:
            return handle(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = translation.get_language()
            response = handle(request)
            response.headers["Content-Language"] = chosen
            return response

    return answer
