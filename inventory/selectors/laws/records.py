"""D, H, I: keys, people and clocks as far as stock is concerned; and what is announced."""

from django.utils.translation import gettext_lazy as _

from inventory.selectors.laws.law import Kept, Law, constraints, final, triggers

RECORD_LAWS = (
    Law(
        code="D1",
        name=_("Every posting keeps the fingerprint of what was asked"),
        kept=Kept.CONSTRAINT,
        guards=(
            *constraints("posting", "inventory_posting_key_key"),
            *triggers("posting", "posting_is_final"),
        ),
        query="""
            SELECT 'posting ' || id, fingerprint, 'version:digest', NULL::bigint
            FROM inventory_posting
            WHERE (position(':' in fingerprint) = 0 OR length(fingerprint) < 66)
                /*postings id*/""",
        placeless=True,
    ),
    Law(
        code="H5",
        name=_("A claim says who placed it, and under the posting that made it"),
        kept=Kept.QUERY,
        query="""
            SELECT 'hold ' || h.id, concat_ws(' ', h.placed_by, h.document),
                concat_ws(' ', p.actor, p.document), NULL::bigint
            FROM inventory_hold h LEFT JOIN inventory_posting p ON p.id = h.posting_id
            WHERE (p.id IS NULL OR h.placed_by IS DISTINCT FROM p.actor) /*holds h.id*/""",
        placeless=True,
    ),
    Law(
        code="I1",
        name=_("Every moment is kept with its zone; the database's clock stamps facts"),
        kept=Kept.CONSTRAINT,
        query="""
            SELECT c.relname || '.' || a.attname, format_type(a.atttypid, NULL),
                'timestamp with time zone', NULL::bigint
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
              AND starts_with(c.relname, 'inventory_') AND a.atttypid = 'timestamp'::regtype
            UNION ALL
            SELECT 'inventory_posting.recorded_at', coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
                'clock_timestamp()', NULL::bigint
            FROM pg_attribute a LEFT JOIN pg_attrdef d
                ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = 'inventory_posting'::regclass AND a.attname = 'recorded_at'
              AND coalesce(pg_get_expr(d.adbin, d.adrelid), '') <> 'clock_timestamp()'""",
        placeless=True,
    ),
    Law(
        code="I2",
        name=_("In one balance later entries belong to later postings"),
        kept=Kept.REPLAY,
    ),
    Law(
        code="I3",
        name=_("Nothing is booked into a closed period, nothing into the future"),
        kept=Kept.LOCK,
        guards=(*triggers("closing", "closing_is_final"), *final("closing")),
        query="""
            SELECT 'posting ' || p.id, p.occurred_at::text, c.until::text || ' or later',
                NULL::bigint
            FROM inventory_posting p JOIN LATERAL (SELECT max(until) AS until
                FROM inventory_closing
                WHERE closed_at < p.recorded_at - interval '1 minute') c ON true
            WHERE p.occurred_at < p.recorded_at - interval '1 second'
              AND p.occurred_at < c.until /*postings p.id*/
            UNION ALL SELECT 'posting ' || id, occurred_at::text,
                recorded_at::text || ' or earlier', NULL::bigint
            FROM inventory_posting
            WHERE occurred_at > recorded_at + interval '6 minutes' /*postings id*/""",
        placeless=True,
    ),
    Law(
        code="J2",
        name=_("Both checkers name the same places"),
        kept=Kept.REPLAY,
    ),
)
