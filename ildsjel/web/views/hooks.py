"""Signed calls from other systems: the webhook channels' address.

Answers 202 with what was taken and what was not, 400 for what can't be read, 401 for a signature
that does not hold, 404 for a channel that takes no calls, 413 for a delivery that is too large.
"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ildsjel.channels import gateway
from ildsjel.channels.actions import add_line
from ildsjel.channels.models import Channel, HealthKind
from ildsjel.channels.queries import every_channel
from ildsjel.channels.sealing import SealBroken
from ildsjel.flow.inbound import receive
from ildsjel.organisation.models import utc_now

LARGEST = 1_000_000  # bytes


@csrf_exempt
@require_POST
def hook(request: HttpRequest, channel: int) -> JsonResponse:
    """Take in one delivery. The sender and the channel's health are told what is wrong with it."""
    row = every_channel().filter(pk=channel, kind="webhook", enabled=True).first()
    if row is None:
        return JsonResponse({"error": "There is no such channel here, or it is off."}, status=404)
    if _announced(request) > LARGEST:
        return _refused(row, _too_large(), 413)
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return _refused(row, _too_large(), 413)
    try:
        batch = gateway.receive_push(row, request.headers, body, utc_now())
    except gateway.Refused as fault:
        return _refused(row, str(fault), getattr(fault, "status", 400))
    except SealBroken as fault:
        return _refused(row, str(fault), 503)
    receive(row, batch)
    taken = len(batch.items) + len(batch.deletions)
    rejected = [{"where": each.where, "reason": each.reason} for each in batch.rejected]
    return JsonResponse({"accepted": taken, "rejected": rejected}, status=202)


def _announced(request: HttpRequest) -> int:
    """The length that the sender names; 0 where none or nonsense is named."""
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _too_large() -> str:
    return f"The delivery is too large; the limit is {LARGEST / 1e6:g} MB."


def _refused(channel: Channel, reason: str, status: int) -> JsonResponse:
    # A line in its health and no fault: strangers must not make a channel look broken.
    add_line(channel, HealthKind.REJECTED, reason, at=utc_now(), where="delivery")
    return JsonResponse({"error": reason}, status=status)
