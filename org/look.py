"""How somebody likes the screen: theme, density, single keys. Pure.

Kept with the person and in a cookie: the sign-in page, too, should not dazzle at night.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("auto", "light", "dark"),
    "density": ("dense", "comfortable"),
    "keys": ("on", "off"),
}


@dataclass(frozen=True)
class Look:
    """Tastes as the pages read them; each holds one of `CHOICES`."""

    theme: str = "auto"
    density: str = "dense"
    keys: str = "on"


def look_of(*kept: Mapping[str, object]) -> Look:
    """The look that the first of these knows, taste by taste; nonsense is passed over."""
    found = {
        name: next((str(where[name]) for where in kept if where.get(name) in choices), choices[0])
        for name, choices in CHOICES.items()
    }
    return Look(**found)


def cookie_of(name: str) -> str:
    """The cookie that keeps a taste for whoever has not signed in."""
    return f"look_{name}"
