"""What other systems are told of notices."""

from __future__ import annotations

from org import selectors as org
from webhooks.selectors import anybody_wants
from webhooks.services.publishing import Event, publish

TOPIC = "notice.created"


def note_notice(*, keys: list[str]) -> None:
    """People were told something. Notices belong to no unit: clients of the whole house hear."""
    if not anybody_wants(TOPIC):
        return
    publish(
        topic=TOPIC,
        events=[
            Event({"notice": row.id, "kind": row.kind, "document": row.document, "link": row.link})
            for row in org.notices_by_id([int(key) for key in keys])
        ],
    )
