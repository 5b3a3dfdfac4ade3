"""How to use the API: a page to read with examples to copy, and the whole reference."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from org.access import to_sign_in
from org.api import signing
from org.api.faults import TEXTS
from org.models import Person
from org.roles import CLIENTS_EDIT

EXAMPLES = ("house.sh", "stock.sh", "stock.py", "follow.py")
LINES = "METHOD\nPATH\nQUERY\nX-Api-Timestamp\nX-Api-Nonce\nSHA256(BODY)"
ERRORS = """{"errors": [{"code": "insufficient_stock",
             "message": "Not enough free stock in this warehouse.",
             "item": 0, "line": 0, "field": null, "asked": 900, "there": 5}]}"""


def _examples() -> dict[str, str]:
    """The examples by name without dot; the tests run the same files."""
    folder = Path(settings.BASE_DIR) / "client" / "examples"
    return {name.replace(".", "_"): (folder / name).read_text("utf-8") for name in EXAMPLES}


@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """Signing, keys, errors, limits; curl and Python to copy."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    codes = [{"code": code, "text": str(text)} for code, text in sorted(TEXTS.items())]
    return render(
        request,
        "org/api_docs.html",
        {
            "examples": _examples(),
            "headers": _headers(),
            "statuses": _statuses(),
            "codes": codes,
            "lines": LINES,
            "errors": ERRORS,
            "environment": f"export HOUSE={request.scheme}://{request.get_host()}\n"
            "export KEY_ID=ak_...\nexport SECRET=sk_...",
            "may_edit": request.user.may(CLIENTS_EDIT),
        },
    )


def _headers() -> list[tuple[str, str]]:
    return [
        (signing.KEY, _("The key id of the client.")),
        (signing.TIMESTAMP, _("Seconds since 1970, at most 5 minutes from our clock.")),
        (signing.NONCE, _("16 to 64 letters, digits, dots, dashes or underscores; new each time.")),
        (signing.SIGNATURE, _("v1= and the signature in lower-case hex.")),
    ]


def _statuses() -> list[tuple[str, str]]:
    return [
        ("200, 201, 202", _("Done; 202: stored and will be done.")),
        ("400, 413, 415", _("The body is not JSON, too large, or of another type.")),
        ("401", _("Nobody is signed in, or the signature does not fit; the code says why.")),
        ("403", _("Not allowed, or not from this network address.")),
        ("404", _("There is nothing of that name within the client's reach.")),
        ("409", _("Not with the world as it is now; later it may succeed.")),
        ("412, 428", _("Somebody changed it since it was seen; If-Match is missing.")),
        ("422", _("Wrong as it stands: sending it again will not help.")),
        ("429", _("Too many requests: wait as many seconds as Retry-After says.")),
    ]


@require_GET
def api_reference(request: HttpRequest) -> HttpResponse:
    """Every address with what it takes and gives, to read and to try."""
    if not isinstance(request.user, Person):
        return to_sign_in(request)
    return render(request, "org/api_reference.html")
