"""Exports: what a list shows, as a file, by a job."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from oms.models import Order
from org import services as org
from org.lists import exporting
from org.models import AuditRecord, Job, JobFilePart, Person
from tests import given
from tests.oms import told

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def asked(person: Person, **fields: Any) -> Job:
    signed_in(person).post("/lists/orders/export/", {"format": "csv", **fields})
    return Job.objects.latest("id")


def worked_off(job: Job) -> Job:
    while org.work_on_jobs(seconds=0):
        pass
    return Job.objects.get(pk=job.pk)


def downloaded(job: Job, person: Person) -> bytes:
    answer = signed_in(person).get(f"/jobs/{job.pk}/file/")
    content = getattr(answer, "streaming_content", None)
    return b"".join(content) if content is not None else answer.content


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_file_has_the_rows_of_the_filter_and_the_columns_as_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 3)
    told.accept(*(told.draft(f"E{at}") for at in range(8)))
    told.accept(told.draft("OTHER", shop_id=2))
    person = given.person(name="boss")
    person.language = "en"
    person.save()

    job = worked_off(asked(person, query="shop=1", column=["platform_number", "units"]))

    assert (job.state, job.done, job.result) == ("DONE", 8, {"rows": 8})
    found = rows_of(downloaded(job, person))
    assert found[0] == ["Order", "Platform number", "Quantity"]
    assert [row[1] for row in found[1:]] == [f"E{at}" for at in reversed(range(8))]
    assert JobFilePart.objects.filter(job=job).count() == 3


def test_an_export_goes_on_where_its_worker_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 2)
    told.accept(*(told.draft(f"E{at}") for at in range(5)))
    person = given.person()
    job = asked(person, column=["platform_number"])

    org.work_on_jobs(seconds=0)
    assert Job.objects.get(pk=job.pk).done == 2
    job = worked_off(job)

    numbers = [row[1] for row in rows_of(downloaded(job, person))[1:]]
    assert numbers == [f"E{at}" for at in reversed(range(5))]


def test_a_workbook_holds_numbers_as_numbers_and_texts_as_texts() -> None:
    told.accept(told.draft("=cmd|' /C calc'!A0"))
    person = given.person()

    job = worked_off(asked(person, format="xlsx", column=["platform_number", "units", "total"]))

    book = CalamineWorkbook.from_filelike(io.BytesIO(downloaded(job, person)))
    [_heading, row] = book.get_sheet_by_index(0).to_python()
    order = Order.objects.get()
    assert row[:3] == [str(order.number), "'=cmd|' /C calc'!A0", 1.0]
    assert row[3] == float(order.total)
    assert not JobFilePart.objects.filter(raw=True).exists()


def test_formulas_in_what_people_typed_are_neutralised_in_a_csv_file() -> None:
    for at, text in enumerate(["=1+1", "+1", "-2", "@x"]):
        told.accept(told.draft(text, shop_id=at + 1, shop_name=f"{text} shop"))
    person = given.person()

    job = worked_off(asked(person, column=["shop", "platform_number"]))

    cells = [cell for row in rows_of(downloaded(job, person))[1:] for cell in row[1:]]
    assert sorted(cells) == sorted(
        ["'=1+1", "'+1", "'-2", "'@x", "'=1+1 shop", "'+1 shop", "'-2 shop", "'@x shop"]
    )


def test_receivers_leave_only_for_a_reason_and_the_trail_says_whose() -> None:
    told.accept(told.draft("E1"))
    number = str(Order.objects.get().number)
    person = given.person("ORDER_DESK")
    before = Job.objects.count()

    refused = signed_in(person).post(
        "/lists/orders/export/", {"format": "csv", "column": "receiver_name"}, follow=True
    )
    assert "Say why you need receivers" in refused.content.decode()
    assert Job.objects.count() == before

    job = worked_off(asked(person, column=["receiver_name", "receiver_phone"], why="Courier asks"))

    assert rows_of(downloaded(job, person))[1] == [number, "李雷", "13812345678"]
    told_of = AuditRecord.objects.get(action="receiver.exported").after or {}
    assert told_of["of"] == [number]
    assert told_of["why"] == "Courier asks"


def test_receivers_do_not_leave_with_somebody_who_may_not_see_them() -> None:
    told.accept(told.draft("E1"))
    clerk = given.person("CLERK")

    answer = signed_in(clerk).post(
        "/lists/orders/export/",
        {"format": "csv", "column": "receiver_name", "why": "curious"},
        follow=True,
    )

    assert "You may not see receivers." in answer.content.decode()
    assert not Job.objects.filter(kind="lists.export").exists()


def test_a_job_of_somebody_who_lost_the_permission_meanwhile_gives_nothing() -> None:
    told.accept(told.draft("E1"))
    person = given.person("ORDER_DESK")
    job = asked(person)
    person.assignments.all().delete()

    job = worked_off(job)

    assert job.state == "FAILED"
    assert not JobFilePart.objects.filter(job=job).exists()


def test_a_file_holds_only_what_its_asker_sees() -> None:
    given.unit("HQ")
    east = given.unit("EAST", kind="REGION", parent="HQ")
    told.accept(told.draft("E1", unit_id=east.pk), told.draft("H1"))
    person = given.person("REGION_MANAGER", "EAST")

    job = worked_off(asked(person, column=["platform_number"]))

    assert [row[1] for row in rows_of(downloaded(job, person))[1:]] == ["E1"]


def test_too_many_rows_for_the_file_are_said_and_nothing_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(exporting.MOST_ROWS, "xlsx", 2)
    told.accept(*(told.draft(f"E{at}") for at in range(3)))

    job = worked_off(asked(given.person(), format="xlsx"))

    assert job.state == "FAILED"
    assert "200,000" in job.failure
    assert not JobFilePart.objects.filter(job=job).exists()
