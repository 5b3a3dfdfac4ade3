"""The Chinese catalogue: compile, check, bring up to date. Pure Python: no gettext programs.

    python -m launch.messages compile     .po -> .mo where older
    python -m launch.messages check       every text of the sources has its Chinese
    python -m launch.messages update      new texts in (empty), unused ones out, sorted

The sources' texts (msgid) are English. What customers of the merchant read (templates/customer)
is in Traditional Chinese as well. Entries carry no line numbers: moving code is no change.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import polib

from launch.texts import Text, texts_of_template, texts_of_the_house

HOME = Path(__file__).resolve().parent.parent
CATALOGUE = HOME / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
# What a merchant's customers read is there in Traditional Chinese too; the office is not.
CUSTOMERS = HOME / "locale" / "zh_Hant" / "LC_MESSAGES" / "django.po"
CUSTOMER_TEMPLATES = "templates/customer"
HEADER = {
    "Project-Id-Version": "stockhouse",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
PLACEHOLDER = re.compile(r"%(?:\([a-z_]+\))?[sdif]|%\([a-z_]+\)\.\d+f|\{[a-z0-9_]*\}")


def compile_all() -> int:
    """Write every .mo that is missing or older than its .po; fuzzy entries stay out of it."""
    for source in sorted(HOME.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(".mo.new")
        polib.pofile(str(source)).save_as_mofile(str(fresh))
        fresh.replace(target)
    return 0


def problems(texts: dict[Text, str], catalogue: polib.POFile) -> list[str]:
    """What keeps the catalogue from being complete, one sentence each.

    Args:
        texts: each text of the sources and one place where it stands.
        catalogue: the translations.
    """
    found = []
    entries = {_text(entry): entry for entry in catalogue if not entry.obsolete}
    for text, place in sorted(texts.items()):
        entry = entries.get(text)
        words = _translations(entry) if entry else []
        if entry is None:
            found.append(f"no Chinese for {text.msgid!r} ({place})")
        elif entry.fuzzy:
            found.append(f"the Chinese of {text.msgid!r} is marked fuzzy")
        elif not words or not all(word.strip() for word in words):
            found.append(f"the Chinese of {text.msgid!r} is empty ({place})")
        else:
            wanted = _placeholders(text.plural or text.msgid)
            found += [
                f"other placeholders in the Chinese of {text.msgid!r}: {word!r}"
                for word in words
                if _placeholders(word) != wanted
            ]
    return found


def unused(texts: dict[Text, str], catalogue: polib.POFile) -> list[str]:
    """Entries that no source asks for."""
    known = set(texts)
    return sorted(entry.msgid for entry in catalogue if _text(entry) not in known)


def merged(
    texts: dict[Text, str], catalogue: polib.POFile, language: str = "zh_Hans"
) -> polib.POFile:
    """A catalogue with exactly the sources' texts, the known translations kept, sorted."""
    entries = {_text(entry): entry for entry in catalogue if not entry.obsolete}
    fresh = polib.POFile(wrapwidth=100)
    fresh.metadata = HEADER | {"Language": language}
    for text in sorted(texts):
        entry = entries.get(text) or polib.POEntry(
            msgid=text.msgid,
            msgctxt=text.context or None,
            msgid_plural=text.plural or "",
            msgstr_plural={0: ""} if text.plural else {},
        )
        entry.occurrences = []
        fresh.append(entry)
    return fresh


def _text(entry: polib.POEntry) -> Text:
    return Text(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def _translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


def _catalogue(path: Path = CATALOGUE) -> polib.POFile:
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def customer_texts(home: Path = HOME) -> dict[Text, str]:
    """The texts of what customers read, with one place each."""
    texts: dict[Text, str] = {}
    for file in sorted((home / CUSTOMER_TEMPLATES).rglob("*.html")):
        place = str(file.relative_to(home))
        for text in texts_of_template(file.read_text(encoding="utf-8"), place):
            texts.setdefault(text, place)
    return texts


def check() -> int:
    """Print what is missing; the exit code is 1 when anything is."""
    texts, faults = texts_of_the_house(HOME)
    catalogue = _catalogue()
    found = faults + problems(texts, catalogue)
    found += [
        f"{sentence} (zh_Hant)" for sentence in problems(customer_texts(), _catalogue(CUSTOMERS))
    ]
    for sentence in found:
        print(f"messages: {sentence}")
    left = unused(texts, catalogue)
    if left:
        print(f"messages: {len(left)} unused (`make messages` removes them): {left[:5]}")
    return 1 if found else 0


def update() -> int:
    """Rewrite the catalogue; says what still has to be translated."""
    texts, faults = texts_of_the_house(HOME)
    fresh = merged(texts, _catalogue())
    for path, entries in (
        (CATALOGUE, fresh),
        (CUSTOMERS, merged(customer_texts(), _catalogue(CUSTOMERS), "zh_Hant")),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        entries.save(str(path))
    missing = [entry for entry in fresh if not all(_translations(entry)) or entry.fuzzy]
    print(f"{len(fresh)} texts, {len(missing)} without Chinese: {CATALOGUE.relative_to(HOME)}")
    for sentence in faults:
        print(f"messages: {sentence}")
    return 0


def main(arguments: list[str]) -> int:
    """Choose."""
    parser = argparse.ArgumentParser(prog="python -m launch.messages", description=__doc__)
    parser.add_argument("do", choices=["compile", "check", "update"])
    chosen = parser.parse_args(arguments).do
    return {"compile": compile_all, "check": check, "update": update}[chosen]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
