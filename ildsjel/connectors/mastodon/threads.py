"""Which conversation a status belongs to: a status names the one it answers, but not the first."""

from typing import Any

from ildsjel.connectors.mastodon.api import Api, segment
from ildsjel.connectors.mastodon.statuses import Place, local_id, objects, status_uri
from ildsjel.connectors.protocol import ConnectorError, Refused


class Threads:
    """Finds the root of conversations on one instance, with at most `questions` requests.

    Where the root can't be found (deleted, not shown to us, too many to ask for) the status stands
    as the first of its own conversation.
    """

    def __init__(self, api: Api, questions: int) -> None:
        self._api = api
        self._questions = questions
        self._known: dict[str, Place] = {}  # by local id: the root, and the status's own uri

    def place(self, status: dict[str, Any]) -> Place:
        """Root and parent of the status. Raises `ValueError` for a status without a uri."""
        uri = status_uri(status)
        parent = local_id(status, "in_reply_to_id")
        if parent and parent not in self._known:
            self._ask(status)
        known = self._known.get(parent)
        place = Place(root=known.root, parent=known.parent) if known else Place(root=uri)
        self.remember(status, place.root)
        return place

    def remember(self, status: object, root: str) -> None:
        name = local_id(status)
        if name:
            self._known[name] = Place(root=root, parent=status_uri(status))

    def _ask(self, status: dict[str, Any]) -> None:
        name = local_id(status)
        if not name or self._questions <= 0 or self._api.spent:
            return
        self._questions -= 1
        try:
            context = self._api.get_object(f"/api/v1/statuses/{segment(name)}/context")
            ancestors = objects(context, "ancestors")
            for each in ancestors:
                self.remember(each, status_uri(ancestors[0]))
        except Refused:
            return
        except (ConnectorError, ValueError):
            self._questions = 0  # down or limited: what has been read is worth more than its root
