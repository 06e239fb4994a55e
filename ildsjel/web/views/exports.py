"""Conversations as a file, streamed while it is read."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import Http404, StreamingHttpResponse

from ildsjel.flow import exports
from ildsjel.organisation.models import Right, utc_now
from ildsjel.organisation.pages import MemberRequest, member_page

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


@member_page(Right.EXPORT)
def export(request: MemberRequest, kind: str) -> StreamingHttpResponse:
    """All conversations of the organisation, a message a row."""
    if kind not in exports.KINDS:
        raise Http404
    chunks = exports.conversations(request.member, kind)
    name = f"{request.member.organisation.slug}-{utc_now():%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(_streamed(chunks), content_type=TYPES[kind], headers=headers)


async def _streamed(chunks: Iterator[tuple[bytes, int]]) -> AsyncIterator[bytes]:
    """A chunk at a time: an asynchronous server would collect a plain iterator as a whole first."""
    while (chunk := await sync_to_async(_next)(chunks)) is not None:
        yield chunk


def _next(chunks: Iterator[tuple[bytes, int]]) -> bytes | None:
    return next((chunk for chunk, _count in chunks), None)
