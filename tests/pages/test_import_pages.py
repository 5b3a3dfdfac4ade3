"""The pages on which stock is imported."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from org import services as org
from tests import given

pytestmark = pytest.mark.django_db
HEAD = "warehouse,location,sku,quantity\n"


def test_a_file_is_sent_looked_at_and_booked(client: Client) -> None:
    given.warehouse("WH1")
    given.sku("TEA")
    client.force_login(given.person("WAREHOUSE_LEAD"))
    file = SimpleUploadedFile("opening.csv", f"{HEAD}WH1,A-01,TEA,7\nWH1,A-01,NONE,x\n".encode())

    sent = client.post(reverse("stock-import"), {"file": file, "token": "t"})
    page = client.get(sent.headers["Location"]).content.decode()
    booked = client.post(f"{sent.headers['Location']}book/", {"take": "GOOD"})
    org.work_on_jobs()
    after = client.get(booked.headers["Location"]).content.decode()

    assert "NONE" in page
    assert page.count("<tr>") == 1 + 2 + 1 + 2
    assert given.free("TEA") == 7
    assert 'value="100" max="100"' in after


def test_a_file_that_cannot_be_used_says_why_and_keeps_what_was_pasted(client: Client) -> None:
    client.force_login(given.person("WAREHOUSE_LEAD"))

    refused = client.post(reverse("stock-import"), {"rows": "sku\nTEA<b>", "token": "t"})

    assert refused.status_code == 422
    assert 'role="alert"' in refused.content.decode()
    assert "TEA&lt;b&gt;" in refused.content.decode()


def test_somebody_elses_import_is_not_there(client: Client) -> None:
    given.unit("S1", "STORE", "HQ")
    given.sku("TEA")
    number = given.imported("WH1,A-01,TEA,5\n")
    client.force_login(given.person("STORE_MANAGER", at="S1"))

    answers = [
        client.get(reverse("stock-import-one", args=[number])).status_code,
        client.get(reverse("stock-import-faults", args=[number])).status_code,
        client.post(reverse("stock-import-book", args=[number]), {"take": "ALL"}).status_code,
    ]

    assert answers == [404, 404, 404]
    assert client.get(reverse("stock-import-template")).status_code == 200
    client.force_login(given.person("CLERK"))
    assert client.get(reverse("stock-import-template")).status_code == 403
