"""A kit's page: how many can be packed, and which part decides."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import given
from tests.inventory.test_kits import kit

pytestmark = pytest.mark.django_db


def test_a_kits_number_is_explained_by_its_scarcest_part(client: Client) -> None:
    client.force_login(given.person("HEAD_OFFICE"))
    given.stock("TEA", 9)
    given.stock("CUP", 3)
    box, house = kit(TEA=2, CUP=1), given.warehouse_id("WH1")

    answer = client.get(f"/stock/{box}/{house}/", follow=True, headers={"accept-language": "en"})

    assert answer.redirect_chain == [(f"/stock/kits/{box}/{house}/", 302)]
    why = answer.context["why"]
    assert (why.available, [part.sku_code for part in why.bottlenecks]) == (3, ["CUP"])
    assert b"Bottleneck" in answer.content


def test_what_is_no_kit_or_lies_elsewhere_has_no_such_page(client: Client) -> None:
    client.force_login(given.person("HEAD_OFFICE"))
    given.stock("TEA", 9)
    box, house = kit(TEA=2), given.warehouse_id("WH1")

    assert client.get(f"/stock/kits/{given.sku('TEA')}/{house}/").status_code == 404
    assert client.get(f"/stock/kits/{box}/987654/").status_code == 404
    assert client.get(f"/stock/{given.sku('CUP')}/{house}/").status_code == 404


def test_whoever_looks_for_a_kit_on_the_board_comes_to_its_page(client: Client) -> None:
    client.force_login(given.person("HEAD_OFFICE"))
    given.stock("TEA", 9)
    box, house = kit(TEA=2), given.warehouse_id("WH1")

    answer = client.get("/stock/?q=box")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/stock/kits/{box}/{house}/")
    assert client.get("/stock/?q=nothing").status_code == 200
    assert client.get("/stock/?q=tea").status_code == 200
