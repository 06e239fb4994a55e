"""Bluesky and the AT Protocol: the public stream without credentials, answers with an app password.

Listening goes over Jetstream (`jetstream`, `events`, `cursor`), whose records become items in
`posts`. Answers go through the account's own server (`session`, `publish`, `compose`). Threads and
notifications are read from an AppView (`views`, `notifications`).
"""

from ildsjel.connectors.bluesky.connector import Bluesky

__all__ = ["Bluesky"]
