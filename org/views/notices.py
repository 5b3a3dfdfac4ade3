"""What a person was told: the bell and its page."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from org import selectors, services
from org.access import to_sign_in as sent_to_sign_in
from org.addresses import number_in
from org.lists.notices import NOTICES
from org.lists.pages import list_page
from org.models import Person
from org.notices import Group

# More digits than that say nothing on a bell.
MOST_SHOWN = 99


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, newest first, in tabs."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    page = list_page(request, NOTICES, scope=selectors.scope_of(request.user))
    tab = request.GET.get("tab", "")
    group = tab if tab in Group.values else ""
    counts = selectors.unread_notices(person_id=request.user.pk)
    context = {
        "list": page,
        "group": group,
        "newest": max((row["id"] for row in page.rows), default=0),
        "unread": counts.get(group, 0) if group else sum(counts.values()),
    }
    return render(request, "org/notices.html", context)


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, with the number of unread notices; the shell asks for it again and again."""
    if not isinstance(request.user, Person):
        return HttpResponse(status=204)
    counts = selectors.unread_notices(person_id=request.user.pk)
    unread = sum(counts.values())
    return render(
        request,
        "org/parts/bell.html",
        {"unread": unread, "shown": f"{MOST_SHOWN}+" if unread > MOST_SHOWN else str(unread)},
    )


@require_GET
def notice(request: HttpRequest, copy_id: int) -> HttpResponse:
    """Open a notice: from then on it is read, and what it is about is shown."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    with transaction.atomic(durable=True):
        link = services.read_notice(copy_id=copy_id, person_id=request.user.pk)
    if link is None:
        raise Http404
    return HttpResponseRedirect(link or reverse("notices"))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything the person was shown is read; what came in the meantime stays unread."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    group = request.POST.get("group", "")
    with transaction.atomic(durable=True):
        services.read_all_notices(
            person_id=request.user.pk,
            up_to=number_in(request.POST, "up_to") or 0,
            group=group if group in Group.values else "",
        )
    tab = f"?tab={group}" if group in Group.values else ""
    return HttpResponseRedirect(f"{reverse('notices')}{tab}")
