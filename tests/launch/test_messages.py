"""The catalogue's checks find every kind of hole."""

from __future__ import annotations

from pathlib import Path

import polib

from launch import messages, texts
from launch.texts import Text


def _catalogue(*entries: polib.POEntry) -> polib.POFile:
    catalogue = polib.POFile()
    catalogue.extend(entries)
    return catalogue


def _python(source: str) -> tuple[list[Text], list[str]]:
    faults: list[str] = []
    return list(texts.texts_of_python(source, "oms/sample.py", faults)), faults


def test_python_texts_are_found_under_any_name() -> None:
    found, faults = _python(
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext as p\n"
        "from django.utils import translation\n"
        "a = _('Orders')\n"
        "b = ngettext('%(n)s order', '%(n)s orders', n)\n"
        "c = p('verb', 'Order')\n"
        "d = translation.gettext('Hold' ' it')\n"
        "e = _(name)\n"
    )

    assert found == [
        Text("Orders"),
        Text("%(n)s order", "%(n)s orders"),
        Text("Order", "", "verb"),
        Text("Hold it"),
    ]
    assert faults == []


def test_a_text_put_together_inside_gettext_is_a_fault() -> None:
    found, faults = _python(
        "from django.utils.translation import gettext\nx = gettext(f'Order {n}')\n"
    )

    assert found == []
    assert faults == ["oms/sample.py:2 puts together the text inside gettext()"]


def test_template_texts_are_found() -> None:
    source = (
        '{% load i18n %}{% translate "Pick lists" %}{% translate "May" context "month" %}'
        "{% blocktranslate trimmed %}\n  Hello\n  {{ name }}\n{% endblocktranslate %}"
        "{% blocktranslate count n=n %}one box{% plural %}{{ n }} boxes{% endblocktranslate %}"
        '{{ x|default:_("none") }}'
    )

    assert set(texts.texts_of_template(source, "page.html")) == {
        Text("Pick lists"),
        Text("May", "", "month"),
        Text("Hello %(name)s"),
        Text("one box", "%(n)s boxes"),
        Text("none"),
    }


def test_each_hole_in_the_catalogue_is_named() -> None:
    wanted = {
        Text("Complete"): "a.py",
        Text("Missing"): "b.py",
        Text("Empty"): "c.py",
        Text("Fuzzy"): "d.py",
        Text("%(n)s left"): "e.py",
        Text("one", "%(n)s many"): "f.py",
    }
    catalogue = _catalogue(
        polib.POEntry(msgid="Complete", msgstr="完整"),
        polib.POEntry(msgid="Empty", msgstr=" "),
        polib.POEntry(msgid="Fuzzy", msgstr="模糊", flags=["fuzzy"]),
        polib.POEntry(msgid="%(n)s left", msgstr="还剩 %(m)s"),
        polib.POEntry(msgid="one", msgid_plural="%(n)s many", msgstr_plural={0: "%(n)s 个"}),
        polib.POEntry(msgid="Gone", msgstr="没了"),
    )

    assert messages.problems(wanted, catalogue) == [
        "other placeholders in the Chinese of '%(n)s left': '还剩 %(m)s'",
        "the Chinese of 'Empty' is empty (c.py)",
        "the Chinese of 'Fuzzy' is marked fuzzy",
        "no Chinese for 'Missing' (b.py)",
    ]
    assert messages.unused(wanted, catalogue) == ["Gone"]


def test_merging_keeps_translations_drops_the_unused_and_sorts() -> None:
    catalogue = _catalogue(
        polib.POEntry(msgid="Pack", msgstr="打包", occurrences=[("x.py", "3")]),
        polib.POEntry(msgid="Gone", msgstr="没了"),
    )

    fresh = messages.merged({Text("Ship"): "a.py", Text("Pack"): "b.py"}, catalogue)

    assert [(entry.msgid, entry.msgstr, entry.occurrences) for entry in fresh] == [
        ("Pack", "打包", []),
        ("Ship", "", []),
    ]


def test_the_compiled_catalogue_is_up_to_date_with_its_source() -> None:
    messages.compile_all()

    target = messages.CATALOGUE.with_suffix(".mo")
    assert target.stat().st_mtime >= messages.CATALOGUE.stat().st_mtime
    assert not Path(f"{target}.new").exists()
