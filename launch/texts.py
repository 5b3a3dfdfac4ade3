"""Finds every translatable text of the sources: Python by its syntax tree, templates by Django."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# The rooms whose texts people read. The sandbox speaks for itself, without gettext.
ROOMS = (
    "demo", "config", "insights", "channels_sync", "oms", "wms", "freeze_rules", "inventory",
    "org", "webhooks", "outbox",
)  # fmt: skip

# function -> how its first arguments are meant
CALLS: dict[str, tuple[str, ...]] = {
    "gettext": ("msgid",),
    "gettext_lazy": ("msgid",),
    "gettext_noop": ("msgid",),
    "ngettext": ("msgid", "plural"),
    "ngettext_lazy": ("msgid", "plural"),
    "pgettext": ("context", "msgid"),
    "pgettext_lazy": ("context", "msgid"),
    "npgettext": ("context", "msgid", "plural"),
    "npgettext_lazy": ("context", "msgid", "plural"),
}


@dataclass(frozen=True, order=True)
class Text:
    """One text as the catalogue knows it."""

    msgid: str
    plural: str = ""
    context: str = ""


def texts_of_the_house(home: Path) -> tuple[dict[Text, str], list[str]]:
    """All texts with one place each, and the faults that hide texts from us."""
    texts: dict[Text, str] = {}
    faults: list[str] = []
    for file in source_files(home):
        place = str(file.relative_to(home))
        source = file.read_text(encoding="utf-8")
        if file.suffix == ".py":
            found = list(texts_of_python(source, place, faults))
        else:
            found = list(texts_of_template(source, place))
        for text in found:
            texts.setdefault(text, place)
    return texts, faults


def source_files(home: Path) -> Iterator[Path]:
    """Python and templates of the rooms."""
    for room in ROOMS:
        for file in sorted((home / room).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file
    for folder in (home / "templates", *(home / room / "templates" for room in ROOMS)):
        for file in sorted(folder.rglob("*")):
            if file.suffix in {".html", ".txt"}:
                yield file


def texts_of_python(source: str, place: str, faults: list[str]) -> Iterator[Text]:
    """Texts of one module; an f-string or a sum inside gettext() is a fault, nobody can find it."""
    tree = ast.parse(source)
    names = _names_of_gettext(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            call = names.get(node.func.id)
        elif isinstance(node.func, ast.Attribute):
            call = node.func.attr if node.func.attr in CALLS else None
        else:
            call = None
        if call is None:
            continue
        roles = CALLS[call]
        values: dict[str, str] = {}
        for role, argument in zip(roles, node.args, strict=False):
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                values[role] = argument.value
            elif isinstance(argument, ast.JoinedStr | ast.BinOp):
                faults.append(f"{place}:{node.lineno} puts together the text inside {call}()")
        # A plain variable is a text that was marked elsewhere (gettext_noop).
        if len(values) == len(roles):
            yield Text(values["msgid"], values.get("plural", ""), values.get("context", ""))


def _names_of_gettext(tree: ast.Module) -> dict[str, str]:
    """Local name -> gettext function, from the module's imports."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                if alias.name in CALLS:
                    names[alias.asname or alias.name] = alias.name
    return names


_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_TEMPLATE_CALL = re.compile(
    rf"(?<![A-Za-z])(gettext|ngettext|pgettext|npgettext|_)\(\s*({_LITERAL}"
    rf"(?:\s*,\s*{_LITERAL})*)",
    re.DOTALL,
)


def texts_of_template(source: str, place: str) -> Iterator[Text]:
    """Texts of one template, by way of the pseudo Python that Django makes for xgettext."""
    from django.utils.translation.template import templatize

    for found in _TEMPLATE_CALL.finditer(templatize(source, origin=place)):
        name = "gettext" if found[1] == "_" else found[1]
        values = ast.literal_eval(f"({found[2]},)")
        named = dict(zip(CALLS[name], values, strict=False))
        if len(named) == len(CALLS[name]):
            yield Text(named["msgid"], named.get("plural", ""), named.get("context", ""))
