"""What axe-core finds: violations of WCAG 2.1 A and AA.

axe runs in the page's own context through the browser's debugger, so the page's policy stays.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
ASK = """([within, tags]) => axe
    .run(within, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})
    .then((told) => told.violations)"""
# The vendored Swagger widget inside of our reference page: its markup is not ours to mend.
NOT_OURS = [[".api-reference .swagger-ui"]]


@cache
def _axe() -> str:
    # Only its copy of axe-core is used: the package itself has no types.
    found = find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    return next(Path(found.origin).parent.rglob("axe.min.js")).read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What axe finds on this page, one line each with the first place."""
    # Neither axe itself nor what it finds to be right is brought here: both take a second a page.
    page.evaluate(f"{_axe()}; 0")
    found: list[dict[str, Any]] = page.evaluate(
        ASK, [{"include": [["html"]], "exclude": NOT_OURS}, TAGS]
    )
    return [
        f"{each['id']} ({len(each['nodes'])}): {each['nodes'][0]['target']}"
        f" {each['nodes'][0]['failureSummary'][:300]}"
        for each in found
    ]
