"""House rules for templates and scripts: the strict content policy, before a browser sees it."""

from __future__ import annotations

import re

from tests.house.files import Source
from tests.house.python_rules import Rule

_COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)


def _lines(source: Source, pattern: str) -> list[str]:
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source.text)
    return [
        f"line {text.count(chr(10), 0, found.start()) + 1}: {found[0][:60]!r}"
        for found in re.finditer(pattern, text, re.IGNORECASE | re.DOTALL)
    ]


def inline_script(source: Source) -> list[str]:
    return _lines(source, r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>")


def inline_style(source: Source) -> list[str]:
    return _lines(source, r"<style\b|<[a-z][^<>]*\sstyle\s*=")


def inline_handler(source: Source) -> list[str]:
    return _lines(source, r"<[a-z][^<>]*\s(?:on[a-z]+|hx-on[:a-z-]*)\s*=|javascript:")


def foreign_asset(source: Source) -> list[str]:
    return _lines(
        source,
        r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)\s*=\s*[\"'](?:https?:)?//",
    )


def unescaped(source: Source) -> list[str]:
    return _lines(source, r"\|\s*safe(?:seq)?\b|\{%\s*autoescape off")


def unprotected_form(source: Source) -> list[str]:
    """The sandbox's page is left out: nobody signs in there, it guards itself by origin."""
    if source.room == "sandbox":
        return []
    return [
        each
        for each in _lines(source, r"<form\b[^>]*method\s*=\s*[\"']post[\"'].*?</form>")
        if not _protected(source, each)
    ]


def _protected(source: Source, found: str) -> bool:
    line = int(found.split(":", 1)[0].removeprefix("line "))
    rest = "\n".join(source.text.splitlines()[line - 1 :])
    return "csrf_token" in rest.split("</form>", 1)[0]


def runs_text(source: Source) -> list[str]:
    return _lines(source, r"\beval\(|new Function\(|\.innerHTML\s*=|document\.write\(")


def _page(text: str) -> Source:
    return Source("templates/sample.html", text)


def _script(text: str) -> Source:
    return Source("static/sample.js", text)


PAGE_RULES = (
    Rule("inline script", "the policy forbids it", inline_script,
         _page("<script>go()</script>"), _page('<script src="{% static "x.js" %}"></script>')),
    Rule("inline style", "the policy forbids it", inline_style,
         _page('<p style="color:red">'), _page('<p class="warning">')),
    Rule("inline handler", "the policy forbids it", inline_handler,
         _page('<a onclick="go()">'), _page('<a data-go="x">')),
    Rule("foreign asset", "no request leaves the machine", foreign_asset,
         _page('<script src="https://cdn.example.com/x.js"></script>'),
         _page('<a href="https://example.com/">')),
    Rule("unescaped", "what people typed is escaped", unescaped,
         _page("{{ name|safe }}"), _page("{{ name }}")),
    Rule("unprotected form", "a form that changes something carries its token", unprotected_form,
         _page('<form method="post"><button></form>'),
         _page('<form method="post">{% csrf_token %}<button></form>')),
)  # fmt: skip
SCRIPT_RULES = (
    Rule("runs text", "text is never run as a program nor put in as markup", runs_text,
         _script("box.innerHTML = name"), _script("box.textContent = name")),
)  # fmt: skip
