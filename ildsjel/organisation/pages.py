"""The door of every page: who asks, for which organisation, and with which right."""

from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils import timezone

from ildsjel.organisation.models import Member, NotAllowed, Right
from ildsjel.organisation.queries import member_for

Given = ParamSpec("Given")


class MemberRequest(HttpRequest):
    """A request from a signed-in member of the organisation in its address."""

    member: Member


Page = Callable[Concatenate[MemberRequest, Given], HttpResponseBase]


def member_page(
    right: Right = Right.READ,
) -> Callable[[Page[Given]], Callable[..., HttpResponseBase]]:
    """Let in members of the organisation named in the address who have the right.

    Others who are signed in see that there is no such page: strangers do not learn what exists.
    Times on the page are those of the organisation's own clock.
    """

    def decorate(page: Page[Given]) -> Callable[..., HttpResponseBase]:
        @wraps(page)
        def door(
            request: HttpRequest, organisation: str, *args: Given.args, **kwargs: Given.kwargs
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            member = member_for(request.user, organisation)
            if member is None:
                raise Http404
            if not member.can(right):
                raise PermissionDenied
            asked = cast(MemberRequest, request)
            asked.member = member
            try:
                with timezone.override(ZoneInfo(member.organisation.timezone)):
                    return page(asked, *args, **kwargs)
            except NotAllowed as refused:
                raise PermissionDenied(str(refused)) from refused

        return door

    return decorate


def address(member: Member, name: str, *args: Hashable) -> str:
    """The address of a page in the member's organisation, by its name."""
    return _address(name, member.organisation.slug, *args)


# A page of the inbox names a hundred addresses, and most of them are those of the last page.
@lru_cache(maxsize=20_000)
def _address(name: str, *args: Hashable) -> str:
    return reverse(name, args=args)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form sent, also where that is nothing at all; None where a page is only looked at."""
    return request.POST if request.method == "POST" else None


def download(chunks: Iterator[bytes], *, name: str, content_type: str) -> StreamingHttpResponse:
    """A file under that name, sent while it is made. What may be refused is refused before."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_streamed(chunks), content_type=content_type, headers=headers)


async def _streamed(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """A chunk at a time: an asynchronous server would collect a plain iterator as a whole first."""

    def following() -> bytes | None:
        return next(chunks, None)

    while (chunk := await sync_to_async(following)()) is not None:
        yield chunk
