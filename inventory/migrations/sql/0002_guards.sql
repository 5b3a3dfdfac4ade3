-- The database keeps the books: entries are summed into balances, cells and lines by one trigger,
-- and nobody else may write those sums. Functions carry their own search_path, and no statement
-- joins a transition table with another table, so a company's schema can live on any node.

-- Composite keys: an entry's cell and line lie in the entry's balance, its balance is of its SKU.
ALTER TABLE inventory_entry
    ADD CONSTRAINT entry_balance_of_its_sku FOREIGN KEY (balance_id, sku_id)
        REFERENCES inventory_balance (id, sku_id),
    ADD CONSTRAINT entry_cell_in_its_balance FOREIGN KEY (stock_id, balance_id)
        REFERENCES inventory_stock (id, balance_id),
    ADD CONSTRAINT entry_line_in_its_balance FOREIGN KEY (line_id, balance_id)
        REFERENCES inventory_holdline (id, balance_id);
ALTER TABLE inventory_holdline
    ADD CONSTRAINT line_cell_in_its_balance FOREIGN KEY (stock_id, balance_id)
        REFERENCES inventory_stock (id, balance_id);

CREATE FUNCTION inventory_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: stock changes only through entries', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION inventory_sum_entries() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    ids bigint[];
    goods bigint[];
    claims bigint[];
    cells bigint[];
    wrong bigint;
BEGIN
    SELECT posting_id INTO wrong FROM fresh GROUP BY posting_id, sku_id HAVING sum(on_hand) <> 0 LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'posting % makes or destroys stock: its entries do not sum to zero', wrong
            USING ERRCODE = 'check_violation';
    END IF;

    SELECT array_agg(k), array_agg(g), array_agg(c) INTO ids, goods, claims
        FROM (SELECT balance_id k, sum(on_hand)::bigint g, sum(held)::bigint c
              FROM fresh WHERE balance_id IS NOT NULL GROUP BY 1 ORDER BY 1) sums;
    IF ids IS NOT NULL THEN
        UPDATE inventory_balance t
            SET on_hand = t.on_hand + d.g, held = t.held + d.c, version = t.version + 1
            FROM unnest(ids, goods, claims) AS d(k, g, c) WHERE t.id = d.k;
    END IF;

    SELECT array_agg(k), array_agg(g), array_agg(c) INTO ids, goods, claims
        FROM (SELECT stock_id k, sum(on_hand)::bigint g, sum(held)::bigint c
              FROM fresh WHERE stock_id IS NOT NULL GROUP BY 1 ORDER BY 1) sums;
    IF ids IS NOT NULL THEN
        UPDATE inventory_stock t SET on_hand = t.on_hand + d.g, pinned = t.pinned + d.c
            FROM unnest(ids, goods, claims) AS d(k, g, c) WHERE t.id = d.k;
    END IF;

    SELECT array_agg(k), array_agg(c) INTO ids, claims
        FROM (SELECT line_id k, sum(held)::bigint c
              FROM fresh WHERE line_id IS NOT NULL GROUP BY 1 ORDER BY 1) sums;
    IF ids IS NOT NULL THEN
        UPDATE inventory_holdline t SET open = t.open + d.c
            FROM unnest(ids, claims) AS d(k, c) WHERE t.id = d.k;
        SELECT array_agg(k), array_agg(s) INTO ids, cells
            FROM (SELECT DISTINCT line_id k, stock_id s FROM fresh WHERE line_id IS NOT NULL) pairs;
        SELECT d.k INTO wrong FROM unnest(ids, cells) AS d(k, s)
            JOIN inventory_holdline l ON l.id = d.k WHERE l.stock_id IS DISTINCT FROM d.s LIMIT 1;
        IF wrong IS NOT NULL THEN
            RAISE EXCEPTION 'an entry of line % names another cell than the line', wrong
                USING ERRCODE = 'foreign_key_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_sums AFTER INSERT ON inventory_entry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION inventory_sum_entries();

-- Facts are never changed.
CREATE TRIGGER entry_is_final BEFORE UPDATE OR DELETE ON inventory_entry
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER posting_is_final BEFORE UPDATE OR DELETE ON inventory_posting
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();

-- Sums are written by the trigger alone; rows start at zero and are never deleted.
CREATE TRIGGER balance_starts_empty BEFORE INSERT ON inventory_balance FOR EACH ROW
    WHEN (NEW.on_hand <> 0 OR NEW.held <> 0 OR NEW.version <> 0) EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER balance_by_entries BEFORE UPDATE ON inventory_balance FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND (NEW.id, NEW.warehouse_id, NEW.sku_id, NEW.grade, NEW.owner, NEW.on_hand, NEW.held, NEW.version)
        IS DISTINCT FROM (OLD.id, OLD.warehouse_id, OLD.sku_id, OLD.grade, OLD.owner, OLD.on_hand, OLD.held, OLD.version))
    EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER balance_stays BEFORE DELETE ON inventory_balance FOR EACH ROW EXECUTE FUNCTION inventory_refuse();

CREATE TRIGGER cell_starts_empty BEFORE INSERT ON inventory_stock FOR EACH ROW
    WHEN (NEW.on_hand <> 0 OR NEW.pinned <> 0) EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER cell_by_entries BEFORE UPDATE ON inventory_stock FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND (NEW.id, NEW.balance_id, NEW.location_id, NEW.lot_id, NEW.on_hand, NEW.pinned)
        IS DISTINCT FROM (OLD.id, OLD.balance_id, OLD.location_id, OLD.lot_id, OLD.on_hand, OLD.pinned))
    EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER cell_stays BEFORE DELETE ON inventory_stock FOR EACH ROW EXECUTE FUNCTION inventory_refuse();

CREATE TRIGGER line_starts_empty BEFORE INSERT ON inventory_holdline FOR EACH ROW
    WHEN (NEW.open <> 0) EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER line_by_entries BEFORE UPDATE ON inventory_holdline FOR EACH ROW
    WHEN (pg_trigger_depth() = 0 AND (NEW.id, NEW.hold_id, NEW.balance_id, NEW.stock_id, NEW.open)
        IS DISTINCT FROM (OLD.id, OLD.hold_id, OLD.balance_id, OLD.stock_id, OLD.open))
    EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER line_stays BEFORE DELETE ON inventory_holdline FOR EACH ROW EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER hold_stays BEFORE DELETE ON inventory_hold FOR EACH ROW EXECUTE FUNCTION inventory_refuse();

-- A cell lies in a location of its balance's warehouse and keeps a lot of its balance's SKU.
CREATE FUNCTION inventory_check_cell() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    house bigint;
    thing bigint;
BEGIN
    SELECT warehouse_id, sku_id INTO house, thing FROM inventory_balance WHERE id = NEW.balance_id;
    IF house IS DISTINCT FROM (SELECT warehouse_id FROM inventory_location WHERE id = NEW.location_id) THEN
        RAISE EXCEPTION 'the location of a cell must lie in its balance''s warehouse'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF NEW.lot_id IS NOT NULL
        AND thing IS DISTINCT FROM (SELECT sku_id FROM inventory_lot WHERE id = NEW.lot_id) THEN
        RAISE EXCEPTION 'the lot of a cell must be of its balance''s SKU'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cell_fits BEFORE INSERT ON inventory_stock FOR EACH ROW EXECUTE FUNCTION inventory_check_cell();

-- A lot keeps its SKU and a location its warehouse, or cells would lie.
CREATE TRIGGER lot_keeps_its_sku BEFORE UPDATE ON inventory_lot FOR EACH ROW
    WHEN (NEW.sku_id IS DISTINCT FROM OLD.sku_id) EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER location_keeps_its_warehouse BEFORE UPDATE ON inventory_location FOR EACH ROW
    WHEN (NEW.warehouse_id IS DISTINCT FROM OLD.warehouse_id) EXECUTE FUNCTION inventory_refuse();

-- Row triggers do not see TRUNCATE: the owner gives the right up instead.
REVOKE TRUNCATE ON inventory_entry, inventory_posting, inventory_balance, inventory_stock,
    inventory_hold, inventory_holdline FROM CURRENT_USER, PUBLIC;
