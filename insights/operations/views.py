"""The page of operations, what it repairs, and the address that Prometheus scrapes."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from freeze_rules.selectors.given_up import given_up
from insights.operations import figures, reviving
from insights.operations.exposition import exposition
from org import roles
from org import selectors as org
from org.access import address_of, permission_required, person_of
from org.api.authentication import inside
from org.models import Person
from outbox import selectors as outbox

DEAD_SHOWN = 200


@require_GET
@permission_required(roles.OPERATIONS_VIEW)
def operations(request: HttpRequest) -> HttpResponse:
    """Processes, queues, messages, jobs, shops, books, database, versions."""
    person = person_of(request)
    _must_see_all(person, roles.OPERATIONS_VIEW)
    seen, waiting = figures.processes(), figures.queues()
    sweeps, differences = figures.audit()
    post, notices = figures.post(), figures.notices()
    return render(
        request,
        "insights/operations/operations.html",
        {
            "processes": seen,
            "queues": waiting,
            "busy": [each for each in figures.handlers() if each.waiting or each.dead],
            "dead": outbox.dead_letters(limit=DEAD_SHOWN),
            "unjudged": given_up(limit=DEAD_SHOWN),
            "post": post,
            "post_oldest_s": figures.age_s(post.oldest),
            "notices": notices,
            "jobs": figures.jobs(),
            "failed_jobs": org.failed_jobs(),
            "shops": figures.shops(),
            "sweeps": sweeps,
            "differences": differences,
            "orders": figures.orders(),
            "postings": figures.postings(),
            "database": figures.database(),
            "disk": figures.disk(),
            "versions": figures.versions(),
            "may_repair": person.may(roles.OPERATIONS_REPAIR),
            "permissions": person.permissions,
        },
    )


@require_POST
@permission_required(roles.OPERATIONS_REPAIR)
def revive(request: HttpRequest) -> HttpResponse:
    """Deliver given-up news again: the ticked rows."""
    ids = _ticked(request)
    person = person_of(request)
    _must_see_all(person, roles.OPERATIONS_REPAIR)
    if not ids:
        messages.error(request, _("Tick what shall be delivered again."))
        return redirect("operations")
    with transaction.atomic(durable=True):
        number = reviving.revive(ids=ids[:DEAD_SHOWN], actor=person.actor)
    said = ngettext("%(n)s will be delivered again.", "%(n)s will be delivered again.", number)
    messages.success(request, said % {"n": number})
    return redirect("operations")


@require_POST
@permission_required(roles.OPERATIONS_REPAIR)
def judge_again(request: HttpRequest) -> HttpResponse:
    """Have the freeze rules judge given-up events again: the ticked rows."""
    ids = _ticked(request)
    person = person_of(request)
    _must_see_all(person, roles.OPERATIONS_REPAIR)
    if not ids:
        messages.error(request, _("Tick what shall be judged again."))
        return redirect("operations")
    with transaction.atomic(durable=True):
        number = reviving.judge_again(ids=ids[:DEAD_SHOWN], actor=person.actor)
    said = ngettext(
        "%(n)s event will be judged again.", "%(n)s events will be judged again.", number
    )
    messages.success(request, said % {"n": number})
    return redirect("operations")


def _ticked(request: HttpRequest) -> list[int]:
    return [int(each) for each in request.POST.getlist("id") if each.isascii() and each.isdigit()]


def _must_see_all(person: Person, permission: str) -> None:
    """Raises PermissionDenied: queues and databases are of the whole house, not of a store."""
    if not org.scope_of(person, permission=permission).is_everything:
        raise PermissionDenied


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: whoever brings the token or, where none is set, comes from our networks."""
    if not _may_scrape(request):
        return HttpResponseForbidden("Not for you.\n", content_type="text/plain")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_scrape(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted)
    return inside(address_of(request), settings.METRICS_FROM)
