"""One planted lie per law, and which laws must name it: the complete, and the second checker.

Statements run as the superuser with triggers and foreign keys off, so that the rows lie exactly
as a torn disk, a hand in the database or a bug below the guards would leave them. `{names}` are
ids of the world in `ground.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plant:
    """`laws` are what SQL must name, exactly; `replay` what the second checker must name.

    `anywhere` plants belong to no balance: a sweep over balances cannot see them.
    """

    law: str
    sql: str
    laws: frozenset[str]
    replay: frozenset[str]
    anywhere: bool = False


def _plant(law: str, sql: str, *more: str, replay: str = "", anywhere: bool = False) -> Plant:
    return Plant(law, sql, frozenset({law, *more}), frozenset(replay.split()), anywhere)


# Rows that plants add; ids are far above those of the world.
_POSTING = """
    INSERT INTO inventory_posting (id, key, fingerprint, kind, document, actor, facts)
    VALUES (90001, 'plant', '1:{digest}', '{{kind}}', 'PLANT', 'system:test', '{}');"""


def _posting(kind: str) -> str:
    return _POSTING.replace("{{kind}}", kind).replace("'{}'", "'{{}}'")


_ENTRY = """
    INSERT INTO inventory_entry
        (id, posting_id, sku_id, balance_id, stock_id, line_id, outside, on_hand, held)
    VALUES """
_PIECE = "INSERT INTO inventory_piece (id, sku_id, serial, stock_id, outside) VALUES "
_PIECE_ENTRY = """
    INSERT INTO inventory_pieceentry (id, posting_id, piece_id, from_stock_id, to_stock_id, outside)
    VALUES """

PLANTS = [
    _plant(
        "A1.cells",
        "UPDATE inventory_stock SET on_hand = on_hand + 1 WHERE id = {tea_cell}",
        "A1.balance-cells",
        replay="A1.cells A1.balance-cells",
    ),
    _plant(
        "A1.balances",
        "UPDATE inventory_balance SET on_hand = on_hand + 1 WHERE id = {tea_balance}",
        "A1.balance-cells",
        replay="A1.balances A1.balance-cells",
    ),
    _plant(
        "A1.balance-cells",
        "UPDATE inventory_stock SET balance_id = {rice_balance} WHERE id = {tea_cell}",
        "A6",
        replay="A1.balance-cells",
    ),
    _plant(
        "A2",
        _ENTRY + "(90001, {tea_posting}, {tea}, NULL, NULL, NULL, 'FOUND', 3, 0)",
        "A3",
        replay="A2",
    ),
    _plant(
        "A4",
        """ALTER TABLE inventory_stock DROP CONSTRAINT cell_pinned_within_on_hand;
        UPDATE inventory_stock SET on_hand = -1 WHERE id = {empty_cell}""",
        "A1.cells", "A1.balance-cells", "B2",
        replay="A1.cells A1.balance-cells",
    ),
    _plant(
        "A5",
        _posting("MOVE") + "UPDATE inventory_posting SET document = '' WHERE id = 90001",
        anywhere=True,
    ),
    _plant(
        "A6",
        "UPDATE inventory_entry SET sku_id = {rice} WHERE posting_id = {hold_posting}",
    ),
    _plant(
        "A6.cells",
        "UPDATE inventory_stock SET location_id = {far_location} WHERE id = {tea_cell}",
    ),
    _plant(
        "A7",
        "DELETE FROM inventory_posting WHERE id = {tea_posting}",
    ),
    _plant(
        "A8",
        _posting("REVERSE") + "UPDATE inventory_posting SET reverses_id = {tea_posting}"
        " WHERE id = 90001",
        anywhere=True,
    ),
    _plant(
        "A11",
        "UPDATE inventory_posting SET kind = 'TRANSFER_OUT', document = 'T-OTHER'"
        " WHERE id = {truck_posting}",
    ),
    _plant(
        "A11.claimed",
        _posting("UNPIN") + _ENTRY + """
        (90001, 90001, {tea}, {truck_balance}, {truck_cell}, {truck_line}, '', 0, -1);
        UPDATE inventory_balance SET held = held - 1 WHERE id = {truck_balance};
        UPDATE inventory_stock SET pinned = pinned - 1 WHERE id = {truck_cell};
        UPDATE inventory_holdline SET open = open - 1 WHERE id = {truck_line}""",
    ),
    _plant(
        "A12",
        _posting("ADJUST") + """
        UPDATE inventory_posting SET facts = '{{"counted": [[{tea_cell}, 7, 7]]}}'
        WHERE id = 90001""",
        anywhere=True,
    ),
    _plant(
        "A15",
        """INSERT INTO inventory_recipe (id, kit_id, version, written_by)
            VALUES (90001, {rice}, 1, 'system:test');
        INSERT INTO inventory_recipeline (id, recipe_id, part_id, qty)
            VALUES (90001, 90001, {tea}, 3);
        INSERT INTO inventory_holdkit (id, hold_id, recipe_id, qty)
            VALUES (90001, {hold}, 90001, 2)""",
    ),
    _plant(
        "A16.place",
        _PIECE + "(90001, {tea}, 'P1', NULL, 'LOST')",
        replay="A16.place",
        anywhere=True,
    ),
    _plant(
        "A16.walk",
        _PIECE + "(90001, {tea}, 'P1', NULL, 'LOST');"
        + _PIECE_ENTRY + "(90001, {tea_posting}, 90001, {tea_cell}, NULL, 'LOST')",
        replay="A16.walk",
    ),
    _plant(
        "A16.count",
        "UPDATE inventory_sku SET serial_tracked = true WHERE id = {phone}",
        replay="A16.count",
    ),
    _plant(
        "A17",
        """INSERT INTO inventory_incoming (document, kind, warehouse_id, sku_id, grade, qty,
            arrived, missed, due_at, announced_by)
        SELECT 'PO-1', 'RECEIPT', warehouse_id, sku_id, 'ZP', 5, 5, 0, now(), 'system:test'
        FROM inventory_balance WHERE id = {tea_balance}""",
    ),
    _plant(
        "A18",
        "UPDATE inventory_posting SET facts = facts || '{{\"shipped_document\": \"SO-2\"}}'"
        " WHERE kind = 'RETURN'",
    ),
    _plant(
        "B1.balances",
        "UPDATE inventory_balance SET held = held + 1 WHERE id = {tea_balance}",
        "A1.balances",
        replay="A1.balances",
    ),
    _plant(
        "B1.cells",
        "UPDATE inventory_stock SET pinned = pinned - 1 WHERE id = {pinned_cell}",
        replay="B1.cells",
    ),
    _plant(
        "B1.lines",
        "UPDATE inventory_holdline SET open = open - 1 WHERE id = {line}",
        "B1.balances",
        replay="B1.lines",
    ),
    _plant(
        "B2",
        """ALTER TABLE inventory_balance DROP CONSTRAINT balance_held_within_on_hand;
        UPDATE inventory_balance SET held = 1000 WHERE id = {tea_balance}""",
        "A1.balances", "B1.balances", "A4", "B9",
        replay="A1.balances",
    ),
    _plant("B3", "UPDATE inventory_hold SET asked = 1 WHERE id = {hold}"),
    _plant(
        "B5.units",
        "UPDATE inventory_hold SET closed_at = clock_timestamp(), state = 'RELEASED'"
        " WHERE id = {hold}",
        replay="B5.units",
    ),
    _plant("B5.state", "UPDATE inventory_hold SET state = 'RELEASED' WHERE id = {hold}"),
    _plant(
        "B6",
        _posting("MOVE") + _ENTRY + """
        (90001, 90001, {tea}, {tea_balance}, {pinned_cell}, {pinned_line}, '', -2, -1),
        (90002, 90001, {tea}, {tea_balance}, {pinned_cell}, {pinned_line}, '', 2, 1)""",
    ),
    _plant(
        "B6.shipped",
        "UPDATE inventory_posting SET kind = 'SHIP' WHERE id = {tea_posting}",
    ),
    _plant(
        "B8",
        "UPDATE inventory_hold SET closed_at = created_at - interval '1 day' WHERE id = {shipped}",
    ),
    _plant(
        "B10",
        "UPDATE inventory_hold SET expires_at = now() - interval '2 minutes' WHERE id = {hold}",
    ),
    _plant(
        "B11",
        "UPDATE inventory_stock SET blanket_id = NULL WHERE id = {receiving_cell}",
        "B15",
    ),
    _plant(
        "B11.expired",
        "UPDATE inventory_lot SET expires_on = current_date - 3 WHERE id = {rice_lot}",
    ),
    _plant(
        "B14",
        """INSERT INTO inventory_hold (id, reason_id, posting_id, document, state, role, rank,
            is_safety, binds_to, blocks_reserve, blocks_pick, blocks_ship, blocks_move,
            blocks_count, blocks_publish, blanket, placed_by, supplier, grade, owner, rule_version,
            note, release_condition, excluded_lots, excluded_cells, location_id)
        SELECT 90001, id, {tea_posting}, 'PLANT', 'ACTIVE', 'FREEZE', 50, false, 'GOODS', true,
            true, true, false, false, true, true, 'system:test', '', '', '', '', '', '{{}}', '{{}}',
            '{{}}', {tea_location} FROM inventory_reason WHERE code = 'MANUAL';
        UPDATE inventory_stock SET blanket_id = 90001 WHERE location_id = {tea_location}""",
    ),
    _plant(
        "B15",
        "UPDATE inventory_stock SET blanket_id = {standing} WHERE id = {empty_cell}",
    ),
    _plant("B17", "UPDATE inventory_holdline SET origin_id = {rice_line} WHERE id = {line}"),
    _plant(
        "B18",
        "ALTER TABLE inventory_hold DROP CONSTRAINT hold_safety_never_thaws_by_time;"
        "UPDATE inventory_hold SET is_safety = true, expires_at = now() + interval '1 day'"
        " WHERE id = {hold}",
    ),
    _plant("B20", "UPDATE inventory_hold SET role = 'MARK' WHERE id = {hold}"),
    _plant("B21", "UPDATE inventory_holdline SET reason_id = reason_id + 1 WHERE id = {line}"),
    _plant(
        "D1",
        _posting("MOVE") + "UPDATE inventory_posting SET fingerprint = 'x' WHERE id = 90001",
        anywhere=True,
    ),
    _plant("H5", "UPDATE inventory_hold SET placed_by = 'somebody' WHERE id = {hold}"),
    _plant(
        "I1",
        "ALTER TABLE inventory_posting ALTER recorded_at SET DEFAULT now()",
        anywhere=True,
    ),
    _plant(
        "I3",
        "UPDATE inventory_posting SET occurred_at = now() + interval '1 day'"
        " WHERE id = {tea_posting}",
    ),
]  # fmt: skip
