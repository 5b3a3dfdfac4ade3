"""Webhooks over HTTP with JSON: a program looks after its own, people with the right after all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from org import roles
from org.api import shapes
from org.api.describing import described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape
from org.callers import Program
from webhooks import addresses, refusals, selectors, services
from webhooks.addresses import AddressRefused
from webhooks.refusals import WebhookRefused
from webhooks.topics import TOPICS

add_texts(
    {
        **addresses.SENTENCES,
        **refusals.SENTENCES,
        "programs_only": _("Ask with a client's key: a webhook belongs to a client."),
    }
)
WISH = Shape(
    (
        Field("name", shapes.text(80, least=1), required=True),
        Field("url", shapes.text(500, least=1), required=True),
        Field("topics", shapes.listed(shapes.word(*TOPICS)), required=True),
        Field("active", shapes.flag),
    ),
    lambda name, url, topics, active=True: services.Wish(
        name=name, url=url, topics=tuple(topics), active=active
    ),
)
EXAMPLE = {
    "name": "ERP",
    "url": "https://erp.example.com/hooks",
    "topics": ["order.shipped", "stock.changed"],
}
REPLAY = Shape((Field("messages", shapes.listed(shapes.number(1, 2**62))),))


class _OfWebhooks(Endpoint):
    """What the addresses below share."""

    permission = roles.WEBHOOKS_EDIT

    def found(self, webhook_id: int) -> selectors.WebhookView:
        """Raises Http404 for another client's webhook."""
        row = selectors.webhook(webhook_id, scope=self.scope())
        if row is None or not self._mine(row):
            raise Http404
        return row

    def _mine(self, row: selectors.WebhookView) -> bool:
        return not isinstance(self.caller, Program) or row.client_id == self.caller.client.pk

    def done(self, work: Callable[[], Response]) -> Response:
        """The write, once; its refusals as faults."""
        try:
            return self.once(work)
        except AddressRefused as refused:
            raise Faulty(Fault(code=refused.code, field="url")) from None
        except WebhookRefused as refused:
            raise Faulty(Fault(code=refused.code, field=refused.field or None)) from None


class Webhooks(_OfWebhooks):
    """List, make."""

    @described("List webhooks", answer={"webhooks": [selectors.WebhookView]})
    def get(self, request: Request) -> Response:
        """Those that have not ended, by name."""
        Query(request, ())
        rows = [row for row in selectors.webhooks(scope=self.scope()) if self._mine(row)]
        return Response({"webhooks": plain(rows)})

    @described(
        "Make a webhook", body=WISH, answer={"id": int, "secret": str}, status=201, example=EXAMPLE
    )
    def post(self, request: Request) -> Response:
        """Make one for the client that asks; the secret is told this once."""
        caller = self.caller
        if not isinstance(caller, Program):
            raise Faulty(Fault(code="programs_only", status=403))
        wish = WISH.must(request.data)

        def make() -> Response:
            made = services.add_webhook(
                wish, client_id=caller.client.pk, actor=caller.actor, scope=self.scope()
            )
            return Response({"id": made.webhook_id, "secret": made.secret}, status=201)

        return self.done(make)


class OneWebhook(_OfWebhooks):
    """Read, change, end."""

    @described("Read a webhook", answer=selectors.WebhookView, also=(404,))
    def get(self, request: Request, webhook_id: int) -> Response:
        """One webhook."""
        Query(request, ())
        return Response(plain(self.found(webhook_id)))

    @described(
        "Change a webhook", body=WISH, answer=selectors.WebhookView, also=(404,), example=EXAMPLE
    )
    def put(self, request: Request, webhook_id: int) -> Response:
        """Change it."""
        self.found(webhook_id)
        wish = WISH.must(request.data)

        def change() -> Response:
            services.change_webhook(
                wish, webhook_id=webhook_id, actor=self.caller.actor, scope=self.scope()
            )
            return Response(plain(self.found(webhook_id)))

        return self.done(change)

    @described("End a webhook", answer=selectors.WebhookView, also=(404,))
    def delete(self, request: Request, webhook_id: int) -> Response:
        """End it, for good."""
        self.found(webhook_id)

        def end() -> Response:
            services.end_webhook(webhook_id=webhook_id, actor=self.caller.actor, scope=self.scope())
            return Response(plain(self.found(webhook_id)))

        return self.done(end)


class Messages(_OfWebhooks):
    """What it was told."""

    @described(
        "List what a webhook was told",
        takes={"state": tuple(filter(None, selectors.STATES)), "before": int, "limit": int},
        answer={"messages": [selectors.MessageView]},
        also=(404,),
    )
    def get(self, request: Request, webhook_id: int) -> Response:
        """Newest first; `before` is the id of the last one seen."""
        query = Query(request, ("state", "before", "limit"))
        self.found(webhook_id)
        rows = selectors.messages(
            webhook_id, scope=self.scope(), state=query.one_of("state", *selectors.STATES),
            before=query.number("before"), limit=query.limit(),
        )  # fmt: skip
        return Response({"messages": plain(rows)})


class NewSecret(_OfWebhooks):
    """Change the secret."""

    @described("Change a webhook's secret", answer={"secret": str}, also=(404,))
    def post(self, request: Request, webhook_id: int) -> Response:
        """A new secret, told this once; the last one goes on signing beside it."""
        self.found(webhook_id)

        def rotate() -> Response:
            fresh = services.rotate_secret(
                webhook_id=webhook_id, actor=self.caller.actor, scope=self.scope()
            )
            return Response({"secret": fresh})

        return self.done(rotate)


class Test(_OfWebhooks):
    """Try it out."""

    @described("Try a webhook out", answer={"message": str}, status=202, also=(404,))
    def post(self, request: Request, webhook_id: int) -> Response:
        """Post a message that says hello."""
        self.found(webhook_id)

        def test() -> Response:
            name = services.send_test(
                webhook_id=webhook_id, actor=self.caller.actor, scope=self.scope()
            )
            return Response({"message": name}, status=202)

        return self.done(test)


class Replay(_OfWebhooks):
    """Send again what was given up."""

    @described(
        "Send messages again",
        body=REPLAY,
        answer={"sent_again": int},
        status=202,
        also=(404,),
        example={"messages": [17]},
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        """The named messages, or all without names."""
        self.found(webhook_id)
        told: dict[str, Any] = REPLAY.must(request.data or {})

        def again() -> Response:
            number = services.replay(
                webhook_id=webhook_id, actor=self.caller.actor, scope=self.scope(),
                message_ids=told.get("messages"),
            )  # fmt: skip
            return Response({"sent_again": number}, status=202)

        return self.done(again)
