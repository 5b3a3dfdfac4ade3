"""What a person was told: the bell and its page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from org import selectors, services
from org.access import to_sign_in as sent_to_sign_in
from org.addresses import number_in
from org.models import Person
from org.notices import Group

PAGE = 50
# More digits than that say nothing on a bell.
MOST_SHOWN = 99


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, newest first, in tabs."""
    if not isinstance(request.user, Person):
        return sent_to_sign_in(request)
    tab = request.GET.get("tab", "")
    group = tab if tab in Group.values else ""
    rows = selectors.notices(
        person_id=request.user.pk,
        group=group,
        unread=tab == "unread",
        before=number_in(request.GET, "before"),
        limit=PAGE + 1,
    )
    counts = selectors.unread_notices(person_id=request.user.pk)
    more = urlencode({"tab": tab, "before": rows[PAGE - 1].id}) if len(rows) > PAGE else ""
    return render(
        request,
        "org/notices.html",
        {
            "notices": rows[:PAGE],
            "tabs": _tabs(tab, counts),
            "group": group,
            "newest": rows[0].id if rows else 0,
            "unread": counts.get(group, 0) if group else sum(counts.values()),
            "next_url": f"?{more}" if more else "",
        },
    )


def _tabs(chosen: str, counts: dict[str, int]) -> list[dict[str, object]]:
    url = reverse("notices")
    lines = [("", _("All"), None), ("unread", _("Unread"), sum(counts.values()))]
    lines += [(value, str(label), counts.get(value, 0)) for value, label in Group.choices]
    return [
        {
            "label": label,
            "url": f"{url}?tab={name}" if name else url,
            "active": name == chosen,
            "count": count,
        }
        for name, label, count in lines
    ]


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
