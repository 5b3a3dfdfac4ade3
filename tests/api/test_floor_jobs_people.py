"""Fulfilments, shipments, jobs and people over HTTP."""

from __future__ import annotations

import pytest
from django.test import Client

from org.models import JobFile
from tests import given
from tests.api.asking import ask, codes, signed_in, tell
from tests.wms import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Client:
    return signed_in("WAREHOUSE_LEAD")


def packed() -> world.House:
    house = world.build()
    world.stocked(house, "A-01", TEA=10)
    world.packed(house, "SO-1", TEA=2)
    world.ordered(house, "SO-2", TEA=1)
    return house


def test_fulfilments_are_listed_and_read(lead: Client) -> None:
    packed()
    first = ask(lead, "fulfilments", limit=1, fields="document,state,lines")
    rest = ask(lead, "fulfilments", limit=1, cursor=first["cursor"], fields="document,state,lines")
    assert first["fulfilments"] == [
        {
            "document": "SO-2",
            "state": "RELEASED",
            "lines": [{"sku": "TEA", "qty": 1, "picked": 0, "checked": 0}],
        }
    ]
    assert (rest["fulfilments"][0]["document"], rest["cursor"]) == ("SO-1", None)
    one = ask(lead, "fulfilments/SO-1")
    assert (one["state"], [each["to"] for each in one["timeline"]][-1]) == ("PACKED", "PACKED")
    assert [row["document"] for row in ask(lead, "fulfilments", state="PACKED")["fulfilments"]] == [
        "SO-1"
    ]
    assert codes(ask(lead, "fulfilments/SO-9", 404)) == ["not_found"]
    assert codes(ask(lead, "fulfilments", 422, state="EATEN")) == ["bad_choice"]


def test_a_parcel_is_shown_labelled_and_told_gone_once(lead: Client) -> None:
    packed()
    [row] = ask(lead, "shipments", shipped="false")["shipments"]
    path = f"shipments/{row['number']}"
    assert ask(lead, path)["lines"] == [{"sku": "TEA", "qty": 2}]
    label = ask(lead, f"{path}/label")
    assert (label["waybill"], label["document"]) == (row["waybill"], "SO-1")

    gone = tell(lead, f"{path}/ship", {}, Idempotency_Key="k1")
    again = tell(lead, f"{path}/ship", {}, Idempotency_Key="k1")
    assert gone["shipped_at"] is not None
    assert again == gone
    assert ask(lead, "shipments", shipped="false")["shipments"] == []
    assert ask(lead, "fulfilments/SO-1")["state"] == "SHIPPED"


def test_others_parcels_are_not_there(lead: Client) -> None:
    packed()
    [row] = ask(lead, "shipments")["shipments"]
    given.unit("EAST", "REGION", "HQ")
    other = signed_in("WAREHOUSE_LEAD", "EAST")
    assert (ask(other, "shipments")["shipments"], ask(other, "fulfilments")["fulfilments"]) == (
        [], [],
    )  # fmt: skip
    path = f"shipments/{row['number']}"
    for answer in (
        ask(other, path, 404),
        ask(other, f"{path}/label", 404),
        ask(other, "fulfilments/SO-1", 404),
        tell(other, f"{path}/ship", {}, 404),
    ):
        assert codes(answer) == ["not_found"]
    assert ask(lead, "fulfilments/SO-1")["state"] == "PACKED"


def test_a_job_is_watched_stopped_and_its_file_taken_by_its_owner_only() -> None:
    job = given.job()
    JobFile.objects.create(job=job, name="错误.csv", content_type="text/csv", content=b"a,b")
    mine, other = Client(), signed_in("CLERK")
    mine.force_login(job.person)

    assert [row["id"] for row in ask(mine, "jobs")["jobs"]] == [job.pk]
    assert ask(mine, f"jobs/{job.pk}")["state"] == "QUEUED"
    file = ask(mine, f"jobs/{job.pk}/result")
    assert file == {"name": "错误.csv", "content_type": "text/csv", "base64": "YSxi"}
    assert ask(other, "jobs")["jobs"] == []
    for path in (f"jobs/{job.pk}", f"jobs/{job.pk}/result"):
        assert codes(ask(other, path, 404)) == ["not_found"]
    assert codes(tell(other, f"jobs/{job.pk}/cancel", {}, 404)) == ["not_found"]
    assert tell(mine, f"jobs/{job.pk}/cancel", {})["state"] == "CANCELLED"


def test_people_are_read_inside_ones_units() -> None:
    given.unit("EAST", "REGION", "HQ")
    office = signed_in("HEAD_OFFICE")
    given.person("CLERK", "EAST", name="east1")
    given.person("CLERK", "HQ", name="hq1")
    manager = signed_in("REGION_MANAGER", "EAST")

    seen = ask(manager, "people", fields="username,jobs")["people"]
    assert {"username": "east1", "jobs": [{"role": "CLERK", "at": "EAST"}]} in seen
    assert "hq1" not in [row["username"] for row in seen]
    [hq1] = ask(office, "people", words="hq1")["people"]
    assert ask(office, f"people/{hq1['id']}")["name"] == "hq1"
    assert codes(ask(manager, f"people/{hq1['id']}", 404)) == ["not_found"]
    assert codes(ask(signed_in("CLERK"), "people", 403)) == ["not_allowed"]
    assert "password" not in str(seen)
