"""What was done is sealed a second later, and whoever tampers with it is found and named."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from org import sealing, selectors, tasks
from org import services as org
from org.models import AuditBlock, AuditRecord, SealReading
from org.sealing import Break
from tests import given
from tests.horizon import PATIENCE_S

pytestmark = [pytest.mark.races]


@pytest.fixture(autouse=True)
def _alone(real_commits: str) -> None:
    """Transactions really commit, in a database of the test's own."""


def _done(*subjects: str) -> list[int]:
    with transaction.atomic():
        for subject in subjects:
            org.record(actor="system:test", action="tea.poured", subject=subject, after={"n": 1})
    rows = AuditRecord.objects.filter(subject__in=subjects)
    return list(rows.order_by("id").values_list("id", flat=True))


def _sealed(*ids: int, chain: str = "trail") -> None:
    """Seal until these are in a block: the horizon also waits for other databases' work."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        tasks.seal()
        blocks = AuditBlock.objects.filter(chain=chain).values_list("ids", flat=True)
        if set(ids) <= {row for block in blocks for row in block}:
            return
        time.sleep(0.05)
    raise AssertionError(f"{ids} were not sealed")


def _tamper(statement: str) -> None:
    """What only an owner of the tables can do: switch the guards off first."""
    for how in ("DISABLE", None, "ENABLE"):
        with transaction.atomic(), connection.cursor() as sql:
            for table in ("org_auditrecord", "org_auditblock", "inventory_entry") if how else ():
                sql.execute(f"ALTER TABLE {table} {how} TRIGGER USER")
            if how is None:
                sql.execute(statement)


def _found(chain: str = "trail") -> list[tuple[str, int, int | None]]:
    findings, _rows, _last = selectors.verify(chain=chain)
    return [(each.kind, each.block, each.row) for each in findings]


def _three_blocks() -> list[int]:
    ids = []
    for subject in ("cup:1", "cup:2", "cup:3"):
        ids += (these := _done(subject, f"{subject}/saucer"))
        _sealed(*these)
    assert AuditBlock.objects.filter(chain="trail").count() == 3
    assert _found() == []
    return ids


def test_blocks_follow_each_other_and_hold_every_record_once() -> None:
    ids = _three_blocks()

    first, second, third = AuditBlock.objects.filter(chain="trail").order_by("number")
    assert [*first.ids, *second.ids, *third.ids] == ids
    assert first.previous == "0" * 64
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert (second.xid_from, third.xid_from) == (first.xid_to, second.xid_to)
    tasks.seal()
    assert AuditBlock.objects.filter(chain="trail").count() == 3, "nothing new, no new block"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE org_auditblock SET hash = previous", "DELETE FROM org_auditblock",
     "TRUNCATE org_auditblock"],
)  # fmt: skip
def test_a_seal_cannot_be_changed_or_removed(statement: str) -> None:
    _sealed(*_done("cup:1"))
    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as sql,
    ):
        sql.execute(statement)
    assert AuditBlock.objects.filter(chain="trail").count() == 1


def test_a_changed_record_is_named() -> None:
    ids = _three_blocks()
    _tamper(f"UPDATE org_auditrecord SET actor = 'person:0' WHERE id = {ids[2]}")
    assert _found() == [(Break.CHANGED, 2, ids[2])]


def test_a_removed_record_is_named() -> None:
    ids = _three_blocks()
    _tamper(f"DELETE FROM org_auditrecord WHERE id = {ids[5]}")
    assert _found() == [(Break.DELETED, 3, ids[5])]


def test_a_record_slipped_in_among_older_ones_is_named() -> None:
    ids = _three_blocks()
    _tamper(
        "INSERT INTO org_auditrecord (id, at, actor, action, subject, xid)"
        f" SELECT 999999, at, 'person:0', action, subject, xid FROM org_auditrecord"
        f" WHERE id = {ids[0]}"
    )
    assert _found() == [(Break.INSERTED, 1, 999999)]


def test_blocks_in_another_order_are_found() -> None:
    _three_blocks()
    _tamper(
        "UPDATE org_auditblock SET number = 9 WHERE number = 2;"
        "UPDATE org_auditblock SET number = 2 WHERE number = 3;"
        "UPDATE org_auditblock SET number = 3 WHERE number = 9;",
    )
    assert [found[:2] for found in _found()] == [(Break.BLOCK_CHANGED, 2), (Break.BLOCK_CHANGED, 3)]


def test_a_removed_block_is_found() -> None:
    _three_blocks()
    _tamper("DELETE FROM org_auditblock WHERE number = 2")
    assert (Break.BLOCK_MISSING, 2, None) in _found()


def test_a_record_changed_together_with_its_digest_and_block_breaks_the_next_one() -> None:
    ids = _three_blocks()
    _tamper(f"UPDATE org_auditrecord SET actor = 'person:0' WHERE id = {ids[0]}")
    block = AuditBlock.objects.get(chain="trail", number=1).sealed
    [[_pk, _xid, text]] = selectors.seals.sealable(
        selectors.seals.source_of("trail"), "r.id = %s", ids[0], most=1
    )
    digests = sealing.digest(text) + block.digests[32:]
    forged = replace(block, digests=digests)
    _tamper(
        f"UPDATE org_auditblock SET digests = '\\x{digests.hex()}', hash = '{forged.hash()}'"
        " WHERE number = 1",
    )
    assert _found() == [(Break.BLOCK_CHANGED, 2, None)]


def test_a_tail_that_was_cut_off_is_found_by_a_head_noted_elsewhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ids = _three_blocks()
    noted = selectors.head_of_chain("trail")
    call_command("verify_audit", expect=[noted])
    assert f"Head: {noted}" in capsys.readouterr().out

    _tamper("DELETE FROM org_auditblock WHERE number = 3")
    _tamper(f"DELETE FROM org_auditrecord WHERE id IN ({ids[4]}, {ids[5]})")

    call_command("verify_audit")  # a chain cannot miss its own tail ...
    with pytest.raises(CommandError, match="1 places"):
        call_command("verify_audit", expect=[noted])
    assert "HEAD_GONE in trail, block 3" in capsys.readouterr().out


def test_a_record_that_commits_late_is_sealed_later_not_passed_over() -> None:
    written, may_commit = threading.Event(), threading.Event()
    late: list[int] = []

    def slow() -> None:
        try:
            with transaction.atomic(durable=True):
                org.record(actor="system:test", action="tea.poured", subject="late")
                late.append(AuditRecord.objects.get(subject="late").pk)
                written.set()
                may_commit.wait(30)
        finally:
            connections["default"].close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(60)
    [quick] = _done("quick")
    assert late[0] < quick, "it has the lower id and commits after the higher one"
    tasks.seal()
    assert not AuditBlock.objects.filter(chain="trail").exists(), "the horizon is below both"
    may_commit.set()
    thread.join(60)

    _sealed(late[0], quick)
    assert _found() == []


def test_control_reading_by_id_alone_would_have_passed_the_late_one_over() -> None:
    """The same race against a reader that remembers the highest id: it loses the record."""
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic(durable=True):
                org.record(actor="system:test", action="tea.poured", subject="late")
                written.set()
                may_commit.wait(30)
        finally:
            connections["default"].close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(60)
    [reached] = _done("quick")
    may_commit.set()
    thread.join(60)
    assert AuditRecord.objects.filter(subject="late").exists()
    assert not AuditRecord.objects.filter(id__gt=reached, subject="late").exists()


def test_many_sealers_at_once_make_one_chain() -> None:
    ids: list[int] = []
    for number in range(6):
        ids += _done(f"cup:{number}")
    start, errors = threading.Barrier(6), []

    def run() -> None:
        try:
            start.wait(60)
            for _again in range(5):
                tasks.seal()
        except BaseException as error:
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert errors == []
    _sealed(*ids)
    sealed = [row for block in AuditBlock.objects.filter(chain="trail") for row in block.ids]
    assert sorted(sealed) == ids
    assert _found() == []


def test_a_flood_is_sealed_in_blocks_that_keep_transactions_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("org.services.sealing.MOST_ROWS", 3)
    two, five = _done("a", "b"), _done("c", "d", "e", "f", "g")
    last = _done("h")
    _sealed(*two, *five, *last)

    blocks = AuditBlock.objects.filter(chain="trail").order_by("number")
    assert [block.ids for block in blocks] == [two, five, last]
    assert _found() == []


def test_stock_actions_are_sealed_with_their_entries() -> None:
    given.stock("TEA", 10)
    with connection.cursor() as sql:
        sql.execute("SELECT max(id) FROM inventory_posting")
        [[posting]] = sql.fetchall()
        sql.execute("SELECT id FROM inventory_entry WHERE posting_id = %s LIMIT 1", [posting])
        [[entry]] = sql.fetchall()
    _sealed(posting, chain="ledger")
    assert _found("ledger") == []
    # What was booked to get ready may have got a block of its own.
    [block] = [each.number for each in AuditBlock.objects.filter(chain="ledger")
               if posting in each.ids]  # fmt: skip

    _tamper(f"UPDATE inventory_entry SET on_hand = on_hand + 1 WHERE id = {entry}")
    assert _found("ledger") == [(Break.CHANGED, block, posting)]

    _tamper(f"UPDATE inventory_entry SET on_hand = on_hand - 1 WHERE id = {entry}")
    assert _found("ledger") == []


def _restored_elsewhere(by: int) -> None:
    """The same rows on a server whose transactions have counted `by` less far."""
    _tamper(f"UPDATE org_auditrecord SET xid = xid + {by}")
    _tamper(
        f"UPDATE org_auditblock SET xid_to = xid_to + {by},"
        f" xid_from = CASE WHEN number = 1 THEN 0 ELSE xid_from + {by} END",
    )
    previous = "0" * 64
    for row in AuditBlock.objects.order_by("number"):
        texts = {
            pk: text
            for pk, _xid, text in selectors.seals.sealable(
                selectors.seals.source_of("trail"),
                "r.id BETWEEN %s AND %s",
                row.ids[0],
                row.ids[-1],
                most=None,
            )
        }
        digests = b"".join(sealing.digest(texts[pk]) for pk in row.ids)
        block = replace(row.sealed, previous=previous, digests=digests)
        _tamper(
            f"UPDATE org_auditblock SET previous = '{previous}', hash = '{block.hash()}',"
            f" digests = '\\x{digests.hex()}' WHERE id = {row.pk}",
        )
        previous = block.hash()


def test_the_chain_goes_on_after_the_database_was_restored_into_another_server() -> None:
    _sealed(*_done("before"))
    tail = _done("not sealed in time")
    _restored_elsewhere(by=1_000_000_000)
    assert _found() == []
    after = _done("after")

    _sealed(*tail, *after)

    blocks = AuditBlock.objects.filter(chain="trail").order_by("number")
    assert [(block.era, list(block.ids)) for block in blocks][1:] == [(2, tail), (2, after)]
    assert _found() == []
    _tamper(
        "INSERT INTO org_auditrecord (id, at, actor, action, subject, xid)"
        f" SELECT {after[0] + 1}, at, actor, action, subject, xid FROM org_auditrecord"
        f" WHERE id = {after[0]}"
    )
    assert _found() == [(Break.INSERTED, 3, after[0] + 1)]


def _read_to_the_end() -> None:
    while SealReading.objects.filter(next_block__gt=0).exists():
        tasks.read_seals()


def test_the_chain_is_read_again_every_day_and_what_is_found_is_told() -> None:
    # Whoever comes before the blocks may get one of their own.
    ids = _three_blocks()
    auditor = given.person("AUDITOR")
    _tamper(f"UPDATE org_auditrecord SET actor = 'person:0' WHERE id = {ids[2]}")
    tasks.begin_reading_seals()
    _read_to_the_end()

    [trail] = [each for each in selectors.chains() if each.name == "trail"]
    assert [(each.block, each.row) for each in trail.breaks] == [(2, ids[2])]
    assert trail.blocks_read >= 3
    assert trail.read_at is not None
    assert trail.read_at <= timezone.now()
    [notice] = selectors.notices(person_id=auditor.pk)
    assert (notice.kind, notice.urgent) == ("trail.broken", True)

    tasks.begin_reading_seals()
    _read_to_the_end()
    assert len(selectors.notices(person_id=auditor.pk)) == 1, "the same news is told once"


def test_a_healed_chain_is_shown_healed_after_the_next_round() -> None:
    ids = _three_blocks()
    _tamper(f"UPDATE org_auditrecord SET actor = 'person:0' WHERE id = {ids[2]}")
    tasks.begin_reading_seals()
    _read_to_the_end()
    _tamper(f"UPDATE org_auditrecord SET actor = 'system:test' WHERE id = {ids[2]}")
    tasks.begin_reading_seals()
    _read_to_the_end()

    [trail] = [each for each in selectors.chains() if each.name == "trail"]
    assert trail.breaks == ()


def test_the_wait_to_be_sealed_is_shown() -> None:
    _done("cup:1")
    [trail] = [each for each in selectors.chains() if each.name == "trail"]
    assert trail.waits_for is not None
    assert trail.waits_for.total_seconds() > 0
    _sealed(*AuditRecord.objects.values_list("id", flat=True))
    [trail] = [each for each in selectors.chains() if each.name == "trail"]
    assert trail.waits_for is None
