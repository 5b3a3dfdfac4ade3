"""Reading a form that came back: what stands in its fields, and what is said at which of them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any


def typed_in(answer: Any, *ids: str) -> list[str]:
    """What stands in these inputs and text areas."""
    return [_value(answer.content.decode(), each) for each in ids]


def _value(page: str, field: str) -> str:
    [tag] = re.findall(rf'<(?:input|textarea)[^>]* id="{re.escape(field)}"[^>]*>[^<]*', page)
    head, _close, text = tag.partition(">")
    if head.startswith("<textarea"):
        return unescape(text).removeprefix("\n").removeprefix("\r\n")
    found = re.search(r' value="([^"]*)"', head)
    return unescape(found[1]) if found else ""


def errors_of(answer: Any) -> dict[str, list[str]]:
    """What is said, by the id of the field that is marked with it."""
    page = answer.content.decode()
    marked = re.findall(r'<(?:input|select|textarea)[^>]*aria-invalid="true"[^>]*>', page)
    found = {}
    for tag in marked:
        [field] = re.findall(r' id="([^"]+)"', tag)
        said = re.search(rf'<div id="{re.escape(field)}_error">(.*?)</div></div>', page)
        assert said, f"{field} is marked, and nothing is said"
        found[field] = [unescape(each) for each in re.findall(r'role="alert">([^<]*)', said[1])]
    return found
