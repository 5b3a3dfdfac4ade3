"""Sensors: what each said last, which are in trouble and which are to be calibrated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from freeze_rules.lists.acting import each_for_itself
from freeze_rules.lists.fields import warehouse_field
from freeze_rules.models import Measure
from freeze_rules.selectors.sensors import (
    DeviceNarrowing,
    Devices,
    DeviceView,
    devices,
    devices_of,
)
from freeze_rules.services.sensors import registry
from freeze_rules.services.sensors.refusals import SensorRefused
from org import roles
from org.addresses import number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import (
    Action,
    Answer,
    Column,
    Filter,
    Kind,
    ListSpec,
    Part,
    Question,
    Tab,
    Verb,
)
from org.models import Person
from org.selectors import scope_of

SHELVES = {
    "": _("All"),
    "trouble": _("In trouble"),
    "due": _("To be calibrated"),
    "retired": _("Out of service"),
}
SORTS = {
    "sensor": By("code", kind="text"),
    "last_at": By("clock__last_at", nullable=True, kind="moment"),
    "due": By("due_on", nullable=True, kind="day"),
}


def narrowing_of(question: Question) -> DeviceNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    shelf, measure = question.get("shelf"), question.get("measure")
    return DeviceNarrowing(
        shelf=shelf if shelf in SHELVES else "",
        words=words_in(question.asked, "q"),
        measure=measure if measure in Measure.values else "",
        warehouse_id=number_in(question.asked, "warehouse"),
    )


def _rows(question: Question) -> Devices:
    return devices_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[DeviceView]:
    """One page; three statements."""
    by = sorted_by(SORTS, question.sort)
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = {row.id: row for row in devices(scope=question.scope, ids=part.ids, limit=limit)}
    return part.of(found)


def tabs(question: Question) -> Sequence[Tab]:
    """Shelves with their counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "shelf", SHELVES, narrowing.shelf,
        lambda shelf: devices_of(scope=question.scope, narrowing=replace(narrowing, shelf=shelf)),
        tones={"trouble": "bad", "due": "warn"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    return (
        Filter(name="q", label=_("Code or name"), kind="search"),
        Filter(name="measure", label=_("Measure"), choices=Measure.choices),
        warehouse_field(question),
    )


def page_url(row: DeviceView) -> str:
    """Its curve, its excursions, where it hangs."""
    return reverse("sensor", args=[row.code])


def place(row: DeviceView) -> str:
    """Where it hangs; the warehouse alone when it hangs nowhere."""
    return " · ".join(part for part in (row.warehouse_code, row.place) if part)


def _code(row: DeviceView) -> SafeString:
    about = " · ".join(part for part in (row.measure_label, row.name) if part)
    return format_html(
        '{}<div class="second-line soft">{}</div>', cells.link(page_url(row), row.code), about
    )


def _place(row: DeviceView) -> SafeString:
    shown = cells.code(place(row))
    if row.place:
        return shown
    said = _now("hangs nowhere")
    return format_html('{}<div class="second-line text-warn">{}</div>', shown, said)


def _due(row: DeviceView) -> SafeString:
    shown = cells.day(row.calibration_due_on)
    return format_html('<span class="text-bad">{}</span>', shown) if row.overdue else shown


def _switch(*, in_service: bool) -> Verb:
    """In or out of service, for many."""

    def run(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
        del choice
        scope = scope_of(person, permission=roles.SENSORS_EDIT)

        def act(pk: int) -> bool:
            return registry.switch_device(
                device_id=pk, in_service=in_service, why=why, actor=person.actor, scope=scope
            )

        names = {row.id: row.code for row in devices(scope=scope, ids=ids, limit=len(ids))}
        return each_for_itself(ids, names=names, act=act, refused=SensorRefused)

    return run


COLUMNS: tuple[Column[DeviceView], ...] = (
    Column(key="sensor", label=_("Sensor"), kind=Kind.CODE, sortable=True,
           value=lambda row: row.code, cell=_code),
    Column(key="name", label=_("Name"), wide=True, default=False, value=lambda row: row.name),
    Column(key="measure", label=_("Measure"), wide=True, default=False,
           value=lambda row: row.measure_label),
    Column(key="place", label=_("Place"), kind=Kind.CODE, value=place, cell=_place),
    Column(key="last", label=_("Last reading"), value=lambda row: row.shown,
           cell=lambda row: format_html('<span class="nowrap">{}</span>', row.shown)),
    Column(key="last_at", label=_("At"), kind=Kind.MOMENT, wide=True, sortable=True,
           value=lambda row: row.last_at),
    Column(key="state", label=_("State"), value=lambda row: row.state_label,
           cell=lambda row: cells.chip(row.state_label, row.tone)),
    Column(key="due", label=_("Next calibration"), kind=Kind.DAY, wide=True, sortable=True,
           value=lambda row: row.calibration_due_on, cell=_due),
    Column(key="period", label=_("Seconds between readings"), kind=Kind.NUMBER, wide=True,
           default=False, value=lambda row: row.period_s),
)  # fmt: skip

SENSORS: ListSpec[DeviceView] = ListSpec(
    key="sensors",
    title=_("Sensors"),
    route="sensors",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("shelf", "q", "measure", "warehouse"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="sensor",
    actions=(
        Action(
            key="out", label=_("Take out of service"), permission=roles.SENSORS_EDIT,
            run=_switch(in_service=False), needs_why=True, dangerous=True,
        ),
        Action(
            key="in", label=_("Put in service"), permission=roles.SENSORS_EDIT,
            run=_switch(in_service=True),
        ),
    ),
)  # fmt: skip
