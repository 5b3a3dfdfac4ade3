"""`manage.py parse_order --platform taobao FILE`: what we understand of a payload, as JSON."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from channels_sync.connectors import CONNECTORS
from channels_sync.connectors.interface import ParseError, ShopAccess
from channels_sync.connectors.shopify import parse as shopify
from channels_sync.connectors.taobao import parse as taobao
from oms.drafts import OrderDraft

LARGEST_FILE = 32 * 1024 * 1024
_NOBODY = ShopAccess(shop_id=0, code="", base_url="", currency="", credentials={})


class Command(BaseCommand):
    help = "Print what we understand of a platform's order payload as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--platform", required=True, choices=sorted(CONNECTORS))
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, platform: str, file: Path, **options: Any) -> None:
        try:
            found = understand(platform=platform, payload=read(file))
        except ParseError as error:
            raise CommandError(f"{file}: {error}") from error
        told = {"platform": platform, "orders": [dataclasses.asdict(one) for one in found]}
        text = json.dumps(told, ensure_ascii=False, indent=2, default=_as_json)
        self.stdout.write(text.encode("utf-8", "replace").decode())


def understand(*, platform: str, payload: object) -> list[OrderDraft]:
    """Every order in a payload, in neutral form.

    Raises:
        ParseError: no order in it, or one that cannot be told from others.
    """
    if platform == "shopify":
        drafts = [shopify.parse_order(row, _NOBODY) for row in shopify.orders_in(payload)]
    else:
        drafts = [taobao.parse_order(row, _NOBODY) for row in taobao.trades_in(payload)]
    if not drafts:
        raise ParseError("not_an_order", "$", "the list is empty")
    return drafts


def read(file: Path) -> object:
    """The JSON in a file, whatever else it may hold.

    Raises:
        ParseError: missing, unreadable, too large, not UTF-8 or not JSON.
    """
    try:
        if file.is_dir():
            raise ParseError("not_a_file", "$", _("this is a folder"))
        with file.open("rb") as handle:
            raw = handle.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise ParseError("no_such_file", "$", _("there is no such file")) from error
    except (OSError, ValueError) as error:
        raise ParseError("not_readable", "$", type(error).__name__) from error
    if len(raw) > LARGEST_FILE:
        raise ParseError("too_large", "$", _("more than 32 MB"))
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not raw.strip():
        raise ParseError("empty", "$", _("the file is empty"))
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ParseError("not_json", f"line {error.lineno}", str(error)[:200]) from error


def _as_json(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    assert isinstance(value, Decimal), type(value)
    return str(value)
