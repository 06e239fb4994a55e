"""Publishing an answer so that a repeat is the same record.

The record key comes from the message's own key, and a record is only ever created under it, never
replaced: the second attempt finds the first one's record, with its time and all, and leaves it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ildsjel.connectors.bluesky import compose
from ildsjel.connectors.bluesky.names import POST, AtUri, is_did, own_rkey, parse_at_uri, post_url
from ildsjel.connectors.bluesky.posts import strong_ref
from ildsjel.connectors.bluesky.session import Answer, Session
from ildsjel.connectors.protocol import Outgoing, Refused, Sent, Unreachable

GONE = frozenset({"RecordNotFound", "RepoNotFound", "RepoDeactivated", "RepoTakendown", "NotFound"})


def publish(session: Session, outgoing: Outgoing) -> Sent:
    """Create the record unless it is there already. Errors as in `Connector.send`."""
    text = compose.check_text(outgoing.text)
    if outgoing.visibility not in ("", "public"):
        raise Refused("Everything on Bluesky is public: this answer was meant for fewer people.")
    if not session.did:
        session.sign_in()
    uri = AtUri(session.did, POST, own_rkey(outgoing.key))
    if not get_record(session, uri):
        _create(session, uri, _record(session, text, outgoing))
    return Sent(external_id=str(uri), url=post_url(uri), secrets=session.secrets)


def _record(session: Session, text: str, outgoing: Outgoing) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return compose.record(
        text,
        created_at=now,
        language=outgoing.language,
        reply=reply_refs(session, outgoing) if outgoing.parent_id else None,
        find_did=lambda handle: find_did(session, handle),
    )


def _create(session: Session, uri: AtUri, record: Mapping[str, Any]) -> None:
    body = {
        "repo": uri.repo,
        "collection": uri.collection,
        "rkey": uri.rkey,
        "record": record,
        "swapRecord": None,  # only if there is none yet
    }
    answer = session.post("com.atproto.repo.putRecord", body)
    if answer.error == "InvalidSwap" and get_record(session, uri):
        return  # an earlier attempt came through in the meantime
    _raise_error(answer)


def _raise_error(answer: Answer) -> None:
    if answer.error:
        reason = str(answer.get("message") or answer.error)[:300].rstrip(".")
        raise Refused("Bluesky did not take the answer: %(reason)s.", reason=reason)


def get_record(session: Session, uri: AtUri) -> Answer | None:
    """{uri, cid, value} of a record anywhere on the network, None when it is gone."""
    params = {"repo": uri.repo, "collection": uri.collection, "rkey": uri.rkey}
    answer = session.get("com.atproto.repo.getRecord", params)
    if answer.error in GONE or "Could not locate record" in str(answer.get("message")):
        return None
    _raise_error(answer)
    return answer


def reply_refs(session: Session, outgoing: Outgoing) -> dict[str, Any]:
    """Root and parent, each with address and version: from what we kept, or else from the network.

    `Refused` when the post that we answer is gone.
    """
    context = outgoing.context
    parent = (outgoing.parent_id, context.get("cid", ""))
    root = (context.get("root_uri", ""), context.get("root_cid", ""))
    if not (parent[1] and all(root)):
        parent, root = _look_up(session, outgoing.parent_id)
    return {"root": _ref(root), "parent": _ref(parent)}


def _look_up(session: Session, parent_id: str) -> tuple[tuple[str, str], tuple[str, str]]:
    uri = parse_at_uri(parent_id)
    found = get_record(session, uri) if uri else None
    if found is None:
        raise Refused("The post that this answers is gone from Bluesky.")
    cid, value = found.get("cid"), found.get("value")
    if not isinstance(cid, str) or not isinstance(value, Mapping):
        raise Unreachable("Bluesky did not show the post that this answers.")
    reply = value.get("reply")
    root = strong_ref(reply.get("root")) if isinstance(reply, Mapping) else ("", "")
    return (parent_id, cid), root if all(root) else (parent_id, cid)


def _ref(pair: tuple[str, str]) -> dict[str, str]:
    return {"uri": pair[0], "cid": pair[1]}


def find_did(session: Session, handle: str) -> str:
    """The DID behind a handle, or an empty string: then the name stays plain text."""
    did = session.get("com.atproto.identity.resolveHandle", {"handle": handle}).get("did")
    return did if isinstance(did, str) and is_did(did) else ""
