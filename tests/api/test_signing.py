"""Programs come in by signature: what is signed, and each way in which it does not fit."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from client.signing import signed_headers
from org import roles
from org import services as org
from org.api import signing
from org.api.authentication import inside
from org.models import ApiClient, ApiNonce
from tests import given
from tests.api.calling import STOCK, announcement, codes, signed

BOARD = f"{STOCK}board"

# Written down from `openssl dgst -sha256 -hmac`, so that no code of ours vouches for itself.
VECTORS = [
    (
        ("GET", "/api/v1/stock/board", "", "1767225600", "0123456789abcdef", b""),
        "GET\n/api/v1/stock/board\n\n1767225600\n0123456789abcdef\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "af5e84858c4b90b93c345390eb2cb010d290f7bcc93c68dc10397f0a35c66a60",
    ),
    (
        (
            "POST", "/api/v1/orders/茶 1", "a=1&b=%E8%8C%B6&a=2", "1767225601",
            "n.o-n_c.e-1234567", '{"sku":"茶"}'.encode(),
        ),
        "POST\n/api/v1/orders/%E8%8C%B6%201\na=1&b=%E8%8C%B6&a=2\n1767225601\nn.o-n_c.e-1234567\n"
        "e75d0d7ec98ae813f1bf11c878e6904523a5c9fe98f371052e3d2752963e3ed4",
        "19caebdcaa2c811e90b70f5acbd6559c91a490cc1025e020bc729f8f4e640f57",
    ),
]  # fmt: skip
SECRET = "sk_the-secret-of-the-vectors"


@pytest.mark.parametrize(("told", "text", "wanted"), VECTORS)
def test_the_signature_is_the_one_that_anybody_can_compute(
    told: tuple[Any, ...], text: str, wanted: str
) -> None:
    method, path, query, stamp, nonce, body = told

    made = signing.signed_text(
        method=method, path=path, query=query, timestamp=stamp, nonce=nonce, body=body
    )
    by_client = signed_headers(
        key_id="ak_1", secret=SECRET, method=method, path=path, query=query, body=body,
        timestamp=int(stamp), nonce=nonce,
    )  # fmt: skip

    assert made == text
    assert signing.signature(secret=SECRET, text=made) == f"v1={wanted}"
    assert by_client["X-Api-Signature"] == f"v1={wanted}"


@pytest.mark.django_db
def test_a_signed_request_comes_in_with_its_own_permissions_and_units() -> None:
    given.unit("EAST", "REGION", "HQ")
    given.warehouse("WH2", at="EAST")
    given.stock("TEA", 3, warehouse="WH2")
    given.stock("TEA", 9)
    east = given.api_client(roles.STOCK_VIEW, at="EAST")
    everywhere = given.api_client(roles.STOCK_VIEW)

    def houses(who: org.NewSecret) -> list[str]:
        answer = signed(who, "GET", f"{STOCK}availability", query="sku=TEA")
        assert answer.status_code == 200, answer.content
        return [row["warehouse"] for row in answer.json()["availability"]]

    assert houses(east) == ["WH2"]
    assert sorted(houses(everywhere)) == ["WH1", "WH2"]
    refused = signed(east, "POST", f"{STOCK}receive", body={"key": "k"})
    assert (refused.status_code, codes(refused)) == (403, ["not_allowed"])


@pytest.mark.django_db
def test_letters_of_all_kinds_in_path_and_query_are_signed_as_sent() -> None:
    who = given.api_client(roles.STOCK_VIEW)

    answer = signed(who, "GET", BOARD, query="words=%E8%8C%B6+a%2Fb&limit=5")

    assert answer.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"timestamp": int(time.time()) - 10**6}, "stale_timestamp", 401),
        ({"headers": {"X-Api-Key": "ak_0000000000000000"}}, "unknown_client", 401),
        ({"headers": {"X-Api-Key": "x\0"}}, "unknown_client", 401),
        ({"headers": {"X-Api-Timestamp": ""}}, "missing_header", 401),
        ({"headers": {"X-Api-Nonce": ""}}, "missing_header", 401),
        ({"headers": {"X-Api-Signature": ""}}, "missing_header", 401),
        ({"headers": {"X-Api-Timestamp": "soon"}}, "bad_timestamp", 401),
        ({"headers": {"X-Api-Timestamp": "１７６７２２５６００"}}, "bad_timestamp", 401),
        ({"nonce": "short"}, "bad_nonce", 401),
        ({"nonce": "with space 0123456789"}, "bad_nonce", 401),
        ({"headers": {"X-Api-Signature": "v1=" + "0" * 64}}, "bad_signature", 401),
        ({"headers": {"X-Api-Signature": "ü"}}, "bad_signature", 401),
        ({"headers": {"X-Api-Nonce": "another-nonce-0123"}}, "bad_signature", 401),
        ({"sent_query": "sku=CUP"}, "bad_signature", 401),
        ({"sent_body": b"{}"}, "bad_signature", 401),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_burns_no_nonce(
    change: dict[str, Any], code: str, status: int
) -> None:
    who = given.api_client(roles.STOCK_VIEW)

    answer = signed(who, "GET", BOARD, **change)

    assert (answer.status_code, codes(answer)) == (status, [code])
    assert answer.json()["errors"][0]["message"] not in ("", code)
    assert answer.headers["WWW-Authenticate"] == "HMAC-SHA256"
    assert ApiNonce.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("off", "status"), [(-302, 401), (-297, 200), (0, 200), (297, 200), (302, 401)]
)
def test_a_clock_may_be_five_minutes_off(off: int, status: int) -> None:
    who = given.api_client(roles.STOCK_VIEW)

    assert signed(who, "GET", BOARD, timestamp=int(time.time()) + off).status_code == status


@pytest.mark.django_db
def test_the_same_request_again_is_refused_and_another_client_may_use_the_nonce() -> None:
    who, other = given.api_client(roles.STOCK_VIEW), given.api_client(roles.STOCK_VIEW)
    nonce = "0123456789abcdef"

    answers = [signed(each, "GET", BOARD, nonce=nonce) for each in (who, who, other)]

    assert [each.status_code for each in answers] == [200, 401, 200]
    assert codes(answers[1]) == ["nonce_used"]


@pytest.mark.django_db
def test_both_secrets_work_until_one_is_retired_and_none_after_the_client_is_revoked() -> None:
    old = given.api_client(roles.STOCK_VIEW)
    new = org.add_secret(client_id=old.client_id, actor=given.ACTOR)
    other = given.api_client(roles.STOCK_VIEW)

    def opens(who: org.NewSecret) -> int:
        return int(signed(who, "GET", BOARD).status_code)

    assert [opens(old), opens(new)] == [200, 200]
    with pytest.raises(org.ClientTrouble, match="two_secrets"):
        org.add_secret(client_id=old.client_id, actor=given.ACTOR)
    first = ApiClient.objects.get(pk=old.client_id).secrets.get(ending=old.secret[-4:])
    org.retire_secret(client_id=old.client_id, secret_id=first.pk, actor=given.ACTOR)
    assert [opens(old), opens(new)] == [401, 200]
    org.revoke_client(client_id=old.client_id, actor=given.ACTOR)
    assert [opens(old), opens(new), opens(other)] == [401, 401, 200]


@pytest.mark.django_db
def test_the_secret_lies_encrypted_and_is_gone_when_it_is_retired() -> None:
    who = given.api_client(roles.STOCK_VIEW)

    def lying() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM org_apisecret")
            return str(cursor.fetchone()[0])

    assert who.secret not in lying()
    org.revoke_client(client_id=who.client_id, actor=given.ACTOR)
    [row] = ApiClient.objects.get(pk=who.client_id).secrets.all()
    assert row.secret == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.1.2.3", 200), ("10.2.0.1", 403), ("192.0.2.7", 200), ("192.0.2.8", 403),
        ("2001:db8::1", 200), ("2001:db9::1", 403), ("::ffff:10.1.2.3", 200), ("", 403),
    ],
)  # fmt: skip
def test_a_client_comes_only_from_its_networks(address: str, status: int) -> None:
    who = given.api_client(roles.STOCK_VIEW, networks=("10.1.0.0/16", "192.0.2.7", "2001:db8::/32"))

    answer = signed(who, "GET", BOARD, address=address)

    assert answer.status_code == status
    assert status == 200 or codes(answer) == ["address_not_allowed"]


def test_an_address_that_is_none_lies_in_no_network() -> None:
    assert not inside("somewhere", ["0.0.0.0/0", "::/0"])
    assert inside("203.0.113.9", ["0.0.0.0/0"])
    assert not inside("2001:db8::1", ["0.0.0.0/0"])


@pytest.mark.django_db
def test_coming_in_costs_the_same_few_statements_however_many_requests_there_were() -> None:
    who = given.api_client(roles.STOCK_VIEW)
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert signed(who, "GET", f"{STOCK}reasons").status_code == 200
        counts.append(len(queries))

    # Client with secrets and units, the nonce; and the question itself.
    assert counts == [3, 3, 3]


@pytest.mark.django_db
def test_the_session_of_a_person_still_opens_and_writes_only_with_its_token() -> None:
    given.stock("TEA", 1)
    person = given.person("HEAD_OFFICE")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)

    seen = browser.get(BOARD)
    written = browser.post(f"{STOCK}incoming", announcement(), content_type="application/json")

    assert seen.status_code == 200
    assert (written.status_code, codes(written)) == (403, ["not_allowed"])


@pytest.mark.django_db
def test_programs_are_named_where_people_are() -> None:
    from org.selectors import names_of_actors

    who = given.api_client(roles.STOCK_VIEW)
    client = ApiClient.objects.get(pk=who.client_id)

    assert names_of_actors([client.actor, "system:stock"])[client.actor] == client.name


@pytest.mark.django_db
def test_nonces_are_swept_once_their_stamps_are_stale() -> None:
    who = given.api_client(roles.STOCK_VIEW)
    for _ in range(2):
        signed(who, "GET", BOARD)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE org_apinonce SET at = at - interval '12 minutes' WHERE id ="
            " (SELECT min(id) FROM org_apinonce)"
        )

    assert org.forget_requests() == 1
    assert ApiNonce.objects.count() == 1
