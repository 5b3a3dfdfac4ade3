"""Which addresses we may be sent to: an address that we are given must not reach into our network.

Source of the ranges: the IANA special-purpose address registries, as Python's `ipaddress` has
them, and what hides an IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64).
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from org.coded import CodedRefusal

MOST_CHARACTERS = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
# Carrier-grade NAT; and what was set apart after Python 3.11 wrote its list down.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(each)
    for each in ("100.64.0.0/10", "192.0.0.0/24", "3fff::/20", "5f00::/16")
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SENTENCES: dict[str, Promise] = {
    "bad_url": _("This is not an address such as https://erp.example.com/hooks."),
    "url_too_long": _("The address is too long: at most 500 characters."),
    "not_https": _("The address must begin with https://."),
    "url_with_password": _("Leave user name and password out of the address."),
    "unknown_host": _("The name of the server is not known. Look for a misspelling."),
    "private_address": _(
        "The address leads into a private network; the administrator's settings do not allow that."
    ),
}


class AddressRefused(CodedRefusal, ValueError):
    """The address must not be called; `code` is a key of `SENTENCES`."""

    sentences = SENTENCES


@dataclass(frozen=True)
class Target:
    """A server that may be called: its name, port, and the numbers that its name stood for."""

    host: str
    port: int
    numbers: tuple[str, ...]


def is_public(text: str) -> bool:
    """True for an IP number that belongs to everybody's internet; False for nonsense."""
    try:
        number = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_public(each) for each in (number, *_hidden_in(number)))


def _public(number: Address) -> bool:
    if any(number in net for net in _NOT_PUBLIC):
        return False
    return number.is_global and not number.is_multicast


def _hidden_in(number: Address) -> tuple[Address, ...]:
    """IPv4 addresses that an IPv6 one carries along."""
    if isinstance(number, ipaddress.IPv4Address):
        return ()
    found: list[Address] = []
    if number.ipv4_mapped:
        found.append(number.ipv4_mapped)
    if number.sixtofour:
        found.append(number.sixtofour)
    if number.teredo:
        found.extend(number.teredo)
    if any(number in net for net in (_NAT64, _NAT64_LOCAL, _COMPATIBLE)):
        found.append(ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF))
    return tuple(found)


def read(url: str, *, private: bool) -> tuple[str, int]:
    """Host and port of an address, judged by its spelling alone.

    Args:
        url: what was typed.
        private: the settings allow private networks and http.

    Raises:
        AddressRefused: bad_url, url_too_long, not_https, url_with_password.
    """
    if len(url) > MOST_CHARACTERS:
        raise AddressRefused("url_too_long")
    if any(each.isspace() or not each.isprintable() or each == "\\" for each in url):
        raise AddressRefused("bad_url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("bad_url") from None
    if not parts.hostname or parts.fragment:
        raise AddressRefused("bad_url")
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise AddressRefused("not_https" if parts.scheme == "http" else "bad_url")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("url_with_password")
    return parts.hostname, port or (443 if parts.scheme == "https" else 80)


def resolve(url: str, *, private: bool) -> Target:
    """Look the server's name up; every number it stands for must be one we may call.

    Whoever calls connects to these numbers and does not look the name up again: a name that
    answers differently the second time would lead inside.

    Raises:
        AddressRefused: as `read`; unknown_host; private_address.
    """
    host, port = read(url, private=private)
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused("unknown_host") from None
    numbers = tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not private and not all(map(is_public, numbers)):
        raise AddressRefused("private_address")
    return Target(host, port, numbers)
