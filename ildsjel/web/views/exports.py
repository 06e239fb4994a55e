"""Conversations as a file, streamed while it is read."""

from django.http import Http404, StreamingHttpResponse

from ildsjel.flow import exports
from ildsjel.organisation.models import Right, utc_now
from ildsjel.organisation.pages import MemberRequest, download, member_page

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


@member_page(Right.EXPORT)
def export(request: MemberRequest, kind: str) -> StreamingHttpResponse:
    """All conversations of the organisation, a message a row."""
    if kind not in exports.KINDS:
        raise Http404
    chunks = (chunk for chunk, _count in exports.conversations(request.member, kind))
    name = f"{request.member.organisation.slug}-{utc_now():%Y-%m-%d}.{kind}"
    return download(chunks, name=name, content_type=TYPES[kind])
