"""Pages of sensors: devices, one with its curve, bounds, quarantine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from freeze_rules.lists.sensors import SENSORS
from freeze_rules.selectors import excursions as found_excursions
from freeze_rules.selectors import sensors as selectors
from freeze_rules.selectors.sensors import BoundView, DeviceView
from freeze_rules.services.sensors import bounds as bound_services
from freeze_rules.services.sensors import ingesting, quarantine, registry
from freeze_rules.services.sensors.refusals import SensorRefused
from freeze_rules.views.curves import drawn
from freeze_rules.views.sensor_forms import (
    BoundForm,
    CalibrationForm,
    ChangeForm,
    DeviceForm,
    PlaceForm,
)
from inventory import selectors as stock
from org import clocks, roles
from org.access import permission_required, person_of
from org.lists.pages import list_page
from org.scope import Scope
from org.selectors import scope_of

SPANS = {"day": 1, "week": 7, "month": 30}
# Devices are not punctual: a step of a curve is a little longer than their period.
FORGIVING = 1.5


def scope_for(request: HttpRequest, permission: str = roles.STOCK_VIEW) -> Scope:
    """Where the person may."""
    return scope_of(person_of(request), permission=permission)


def houses_of(scope: Scope) -> list[tuple[int, str]]:
    """Warehouses to choose from."""
    return [(view.id, f"{view.code} {view.name}") for view in stock.warehouses(scope=scope)]


def device_or_404(request: HttpRequest, code: str) -> DeviceView:
    """Raises Http404 for a device that is not within reach."""
    scope = scope_for(request)
    found = selectors.devices(scope=scope, codes=[code])
    if not found:
        raise Http404
    clocks.show_times_at(found[0].warehouse_id, scope=scope)
    return found[0]


@require_GET
@permission_required(roles.STOCK_VIEW)
def devices(request: HttpRequest) -> HttpResponse:
    """All devices, those in trouble, those to be calibrated."""
    scope = scope_for(request)
    lasting = found_excursions.excursion_rows(scope=scope, tab="open")
    context = {
        "list": list_page(request, SENSORS, scope=scope),
        "may_edit": person_of(request).may(roles.SENSORS_EDIT),
        "waiting": selectors.quarantine_rows(scope=scope).count(),
        "lasting": lasting.count(),
    }
    return render(request, "freeze_rules/sensors/devices.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(roles.SENSORS_EDIT)
def device_new(request: HttpRequest) -> HttpResponse:
    """Register a device; then it is hung up on its page."""
    scope = scope_for(request, roles.SENSORS_EDIT)
    form = DeviceForm(request.POST or None, houses=houses_of(scope))
    if request.method == "POST" and form.is_valid():
        wish = form.wish()
        try:
            with transaction.atomic(durable=True):
                registry.register_device(wish, actor=person_of(request).actor, scope=scope)
        except SensorRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("%(code)s is registered.") % {"code": wish.code})
            return HttpResponseRedirect(reverse("sensor", args=[wish.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "freeze_rules/sensors/device_new.html", {"form": form}, status=status)


@require_GET
@permission_required(roles.STOCK_VIEW)
def device(request: HttpRequest, code: str) -> HttpResponse:
    """One device: its curve, its excursions, where it hangs and how true it is."""
    return _device_page(request, device_or_404(request, code))


def _device_page(
    request: HttpRequest, view: DeviceView, status: int = 200, **forms: Any
) -> HttpResponse:
    scope = scope_for(request)
    span = request.GET.get("span", "")
    days = SPANS.get(span, 1)
    here = reverse("sensor", args=[view.code])
    labels = {"day": _("A day"), "week": _("A week"), "month": _("A month")}
    until = timezone.now()
    since = until - timedelta(days=days)
    context = {
        "device": view,
        "bounds": bounds_over(view, scope),
        "excursions": found_excursions.excursions(scope=scope, device=view.code, limit=20),
        "tabs": [
            {"label": labels[name], "url": f"{here}?span={name}", "active": SPANS[name] == days,
             "count": None}
            for name in SPANS
        ],
        "data_url": f"{reverse('sensor-data', args=[view.code])}?span={span or 'day'}",
        "since": since,
        "may_edit": person_of(request).may(roles.SENSORS_EDIT),
        "change": forms.get("change") or ChangeForm(
            initial={
                "name": view.name, "period_s": view.period_s, "in_service": view.in_service
            }, prefix="change",
        ),
        "hang": forms.get("hang") or PlaceForm(prefix="hang"),
        "calibrate": forms.get("calibrate") or CalibrationForm(prefix="calibrate"),
    }  # fmt: skip
    return render(request, "freeze_rules/sensors/device.html", context, status=status)


def bounds_over(view: DeviceView, scope: Scope) -> list[BoundView]:
    """Bounds that a device's values are shown against: its zone's and those of goods' classes."""
    rows = selectors.bounds(scope=scope, measure=view.measure)
    of_zone = [
        row for row in rows
        if row.zone_code and (row.warehouse_code, row.zone_code)
        == (view.warehouse_code, view.zone_code)
    ]  # fmt: skip
    return of_zone or [row for row in rows if row.sku_class]


@require_GET
@permission_required(roles.STOCK_VIEW)
def device_data(request: HttpRequest, code: str) -> JsonResponse:
    """The curve of a device: `span`, or from `since` until `until`."""
    view = device_or_404(request, code)
    until = _moment(request, "until") or timezone.now()
    days = SPANS.get(request.GET.get("span", ""), 1)
    since = _moment(request, "since") or until - timedelta(days=days)
    if not timedelta(0) < until - since <= timedelta(days=100):
        raise Http404
    scope = scope_for(request)
    number = request.GET.get("excursion", "")
    named = [int(number)] if number.isascii() and number.isdigit() and len(number) < 18 else None
    rows = found_excursions.excursions(scope=scope, device=code, ids=named, limit=50)
    bounds = [row.bound for row in rows] if named else bounds_over(view, scope)
    # No finer than the device speaks, or its curve would be single points.
    steps = int((until - since).total_seconds() / (view.period_s * FORGIVING))
    points = max(2, min(found_excursions.POINTS, steps))
    slots = found_excursions.curve(device_id=view.id, since=since, until=until, points=points)
    return JsonResponse(drawn(view, slots, bounds[:4], rows, until=until))


def _moment(request: HttpRequest, name: str) -> datetime | None:
    try:
        found = parse_datetime(request.GET.get(name, "").replace(" ", "+"))
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


@require_POST
@permission_required(roles.SENSORS_EDIT)
def device_change(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """Change a device, hang it somewhere, or calibrate it."""
    view = device_or_404(request, code)
    kinds: dict[str, tuple[Any, Callable[..., Any]]] = {
        "change": (ChangeForm, registry.change_device),
        "hang": (PlaceForm, _hang),
        "calibrate": (CalibrationForm, registry.calibrate),
    }
    if what not in kinds:
        raise Http404
    kind, service = kinds[what]
    form = kind(request.POST, prefix=what)
    if form.is_valid():
        try:
            with transaction.atomic(durable=True):
                service(
                    code=code, actor=person_of(request).actor,
                    scope=scope_for(request, roles.SENSORS_EDIT), **form.cleaned_data,
                )  # fmt: skip
        except SensorRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("sensor", args=[code]))
    return _device_page(request, view, 422, **{what: form})


def _hang(*, zone: str, location: str, **more: Any) -> None:
    registry.hang_device(zone_code=zone, location_code=location, **more)


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_VIEW)
def bounds(request: HttpRequest) -> HttpResponse:
    """What is allowed; setting one ends the one before."""
    person = person_of(request)
    may_edit = person.may(roles.SENSORS_EDIT)
    scope = scope_for(request, roles.SENSORS_EDIT if may_edit else roles.STOCK_VIEW)
    form = BoundForm(request.POST or None, houses=houses_of(scope))
    if request.method == "POST":
        if not may_edit:
            return render(request, "403.html", status=403)
        if form.is_valid():
            try:
                with transaction.atomic(durable=True):
                    bound_services.set_bound(form.wish(), actor=person.actor, scope=scope)
            except SensorRefused as refused:
                form.refuse(refused)
            else:
                messages.success(request, _("The bound is in force."))
                return HttpResponseRedirect(reverse("sensor-bounds"))
    context = {
        "rows": selectors.bounds(scope=scope), "form": form, "may_edit": may_edit,
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "freeze_rules/sensors/bounds.html", context, status=status)


@require_POST
@permission_required(roles.SENSORS_EDIT)
def bound_end(request: HttpRequest, bound_id: int) -> HttpResponse:
    """From now on nothing is bound by it."""
    try:
        with transaction.atomic(durable=True):
            bound_services.end_bound(
                bound_id=bound_id, actor=person_of(request).actor,
                scope=scope_for(request, roles.SENSORS_EDIT),
            )  # fmt: skip
        messages.success(request, _("The bound has ended."))
    except SensorRefused as refused:
        messages.error(request, str(refused))
    return HttpResponseRedirect(reverse("sensor-bounds"))


@require_GET
@permission_required(roles.STOCK_VIEW)
def quarantined(request: HttpRequest) -> HttpResponse:
    """Readings that nobody may rely on, and why."""
    scope = scope_for(request)
    settled = request.GET.get("shelf") == "settled"
    before = request.GET.get("before", "")
    rows = selectors.quarantined(
        scope=scope, settled=settled, limit=51,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None,
    )  # fmt: skip
    here = reverse("sensor-quarantine")
    waiting = selectors.quarantine_rows(scope=scope).count()
    tabs = [
        {"label": _("Waiting"), "url": here, "active": not settled, "count": waiting,
         "tone": "warn" if waiting else ""},
        {"label": _("Settled"), "url": f"{here}?shelf=settled", "active": settled, "count": None},
    ]  # fmt: skip
    context = {
        "rows": [(row, ingesting.SENTENCES.get(row.code, row.code)) for row in rows[:50]],
        "more": rows[49].id if len(rows) > 50 else None,
        "tabs": tabs,
        "settled": settled,
        "may_edit": person_of(request).may(roles.SENSORS_EDIT),
    }
    return render(request, "freeze_rules/sensors/quarantine.html", context)


@require_POST
@permission_required(roles.SENSORS_EDIT)
def quarantine_settle(request: HttpRequest) -> HttpResponse:
    """Read the chosen ones again, or put them away."""
    ids = [int(each) for each in request.POST.getlist("reading") if each.isdigit()][:1_000]
    how = quarantine.DISCARD if "discard" in request.POST else quarantine.TRY_AGAIN
    with transaction.atomic(durable=True):
        done = quarantine.settle(
            ids=ids, how=how, actor=person_of(request).actor,
            scope=scope_for(request, roles.SENSORS_EDIT),
        )  # fmt: skip
    told = {"taken": done.taken, "discarded": done.discarded, "wrong": done.still_wrong}
    messages.success(
        request,
        _("%(taken)s taken in, %(discarded)s put away, %(wrong)s still wrong.") % told,
    )
    return HttpResponseRedirect(reverse("sensor-quarantine"))
