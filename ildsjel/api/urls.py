"""The typed REST API, version 1, put together."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path
from ninja import NinjaAPI, Router

from ildsjel.api import conversations, lists, mentions, schemas, shapes, watches
from ildsjel.api.errors import add_handlers, in_one_shape
from ildsjel.api.security import ApiRequest, MemberToken

about_me = Router(tags=["me"])


@about_me.get("", response={200: schemas.Me, 401: schemas.Fault})
def me(request: ApiRequest) -> schemas.Me:
    """Whose token this is, and what it may do."""
    return shapes.me(request.auth)


def unknown(request: HttpRequest, **kwargs: str) -> HttpResponseBase:
    raise Http404


class Api(NinjaAPI):
    """Ninja's API, whose own refusals (no such address or method) look like all other errors."""

    @property
    def urls(self) -> Any:
        patterns, app, namespace = super().urls
        patterns = [*patterns, path("<path:rest>", unknown, name="unknown")]
        for pattern in patterns:
            if pattern.callback is not None:
                pattern.callback = in_one_shape(pattern.callback)
        return patterns, app, namespace


api = Api(
    title="Ildsjel",
    version="1.0.0",
    description="An organisation's dialogue with the public. You make tokens in your profile.",
    urls_namespace="api-1",
    auth=MemberToken(),
    docs_url=None,  # its page would fetch scripts from elsewhere
)
add_handlers(api)
api.add_router("/conversations", conversations.router)
api.add_router("/watches", watches.router)
api.add_router("/mentions", mentions.router)
api.add_router("", lists.router)
api.add_router("/me", about_me)
