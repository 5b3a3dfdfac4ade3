"""The ledger under seal: for stock actions the posting is the audit row.

Entries are sealed with their posting; they are written in its transaction and never afterwards.
"""

from org.sealing import Source

LEDGER = Source(
    table="inventory_posting",
    at="recorded_at",
    text="""jsonb_build_array(r.id, r.xid, r.key, r.fingerprint, r.kind, r.document, r.actor,
        to_char(r.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        to_char(r.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        r.facts, r.reverses_id,
        (SELECT jsonb_agg(jsonb_build_array(e.id, e.sku_id, e.balance_id, e.outside, e.stock_id,
                                            e.line_id, e.on_hand, e.held) ORDER BY e.id)
         FROM inventory_entry e WHERE e.posting_id = r.id))::text""",
)
