-- Pieces move only by piece entries; recipes, closings and snapshots are facts.

CREATE FUNCTION inventory_move_pieces() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    ids bigint[];
    sources bigint[];
    targets bigint[];
    codes text[];
    wrong bigint;
BEGIN
    SELECT piece_id INTO wrong FROM fresh GROUP BY piece_id HAVING count(*) > 1 LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'piece % moves twice in one statement', wrong USING ERRCODE = 'check_violation';
    END IF;
    SELECT array_agg(piece_id), array_agg(from_stock_id), array_agg(to_stock_id), array_agg(outside)
        INTO ids, sources, targets, codes FROM fresh;
    IF ids IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT d.piece INTO wrong FROM unnest(ids, sources) AS d(piece, source)
        JOIN inventory_piece p ON p.id = d.piece WHERE p.stock_id IS DISTINCT FROM d.source LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'piece % does not lie where its entry takes it from', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    UPDATE inventory_piece p SET stock_id = d.target, outside = d.code
        FROM unnest(ids, targets, codes) AS d(piece, target, code) WHERE p.id = d.piece;
    RETURN NULL;
END $$;
CREATE TRIGGER piece_entry_moves AFTER INSERT ON inventory_pieceentry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION inventory_move_pieces();

CREATE TRIGGER piece_starts_nowhere BEFORE INSERT ON inventory_piece FOR EACH ROW
    WHEN (NEW.stock_id IS NOT NULL OR NEW.outside <> '') EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER piece_by_entries BEFORE UPDATE ON inventory_piece FOR EACH ROW
    WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER piece_stays BEFORE DELETE ON inventory_piece
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER piece_entry_is_final BEFORE UPDATE OR DELETE ON inventory_pieceentry
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();

CREATE TRIGGER recipe_is_final BEFORE UPDATE OR DELETE ON inventory_recipe
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER recipe_line_is_final BEFORE UPDATE OR DELETE ON inventory_recipeline
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER hold_kit_is_final BEFORE UPDATE OR DELETE ON inventory_holdkit
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER closing_is_final BEFORE UPDATE OR DELETE ON inventory_closing
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER snapshot_is_final BEFORE UPDATE OR DELETE ON inventory_snapshot
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();
CREATE TRIGGER snapshot_balance_is_final BEFORE UPDATE OR DELETE ON inventory_snapshotbalance
    FOR EACH ROW EXECUTE FUNCTION inventory_refuse();

-- A kit has no stock of its own.
CREATE FUNCTION inventory_check_balance() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF (SELECT is_kit FROM inventory_sku WHERE id = NEW.sku_id) THEN
        RAISE EXCEPTION 'SKU % is a kit: its parts have stock, the kit has none', NEW.sku_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER balance_fits BEFORE INSERT ON inventory_balance
    FOR EACH ROW EXECUTE FUNCTION inventory_check_balance();

REVOKE TRUNCATE ON inventory_piece, inventory_pieceentry, inventory_recipe, inventory_recipeline,
    inventory_holdkit, inventory_closing, inventory_snapshot, inventory_snapshotbalance
    FROM CURRENT_USER, PUBLIC;
