"""The push address: believe only what is signed, store it, answer fast.

`POST /push/<platform>/<shop code>/`. What is refused leaves a counter and nothing else.
"""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from channels_sync.connectors.interface import BadPush
from channels_sync.models import Shop
from channels_sync.services import inbox
from channels_sync.services.shops import connector_of

LARGEST_BODY = 1024 * 1024
# A copy of what we have is refused; a repeat of a platform that missed our answer is thanked.
STATUS = {"stored": 200, "duplicate": 200, "replay": 403, "altered": 403}


@csrf_exempt  # the signature is what counts; platforms have no cookies
@require_POST
def receive(request: HttpRequest, platform: str, code: str) -> HttpResponse:
    """Verify, store, answer."""
    shop = Shop.objects.filter(platform=platform, code=code, is_active=True).first()
    if shop is None:
        return _say(404, "unknown_shop")
    if _length(request) > LARGEST_BODY:
        return _refuse(shop, "too_large", 413)
    body = request.body
    try:
        push = connector_of(shop).read_push(headers=request.headers, body=body, now=timezone.now())
    except BadPush as bad:
        if bad.outcome != "malformed":
            return _refuse(shop, bad.outcome, bad.status)
        with transaction.atomic(durable=True):
            inbox.keep_malformed(shop_id=shop.pk, topic=_topic(request), body=body)
        return _say(400, "malformed")
    with transaction.atomic(durable=True):
        outcome = inbox.receive_push(shop=shop, push=push, body=body)
    return _say(STATUS[outcome], outcome)


def _length(request: HttpRequest) -> int:
    """What the request says; the server reads no more than it says."""
    told = request.headers.get("Content-Length", "0")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 15 else 0


def _topic(request: HttpRequest) -> str:
    return request.headers.get("X-Shopify-Topic", "")


def _refuse(shop: Shop, outcome: str, status: int) -> HttpResponse:
    with transaction.atomic(durable=True):
        inbox.count_push(shop_id=shop.pk, outcome=outcome)
    return _say(status, outcome)


def _say(status: int, word: str) -> HttpResponse:
    return HttpResponse(word, status=status, content_type="text/plain; charset=utf-8")
