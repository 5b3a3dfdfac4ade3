"""The journal of freezes under seal: its lines are only added to, and the chain tells if not."""

from org.sealing import Source

JOURNAL = Source(
    table="freeze_rules_journalline",
    at="written_at",
    text="""jsonb_build_array(r.id, r.xid, r.posting_id, r.hold_id, r.warehouse_id,
        to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        r.kind, r.units, r.value::text, r.reason, r.is_safety, r.document, r.actor, r.cause,
        r.rule_version, r.why, r.facts,
        to_char(r.written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))::text""",
)
