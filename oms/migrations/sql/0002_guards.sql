-- What an order may never do, whoever writes it: go back in platform time (invariant C8), move off
-- its graph, or change state without an event that continues the chain (C7).

CREATE FUNCTION oms_guard_order() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.modified_at < OLD.modified_at THEN
            RAISE EXCEPTION 'order % would go back from % to %', OLD.id, OLD.modified_at, NEW.modified_at
                USING ERRCODE = 'check_violation', CONSTRAINT = 'oms_order_never_goes_back';
        END IF;
        IF NEW.state = OLD.state THEN
            RETURN NEW;
        END IF;
        -- The same list as oms.models.MOVES; a test compares them.
        IF NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
            'PENDING_PAYMENT>AWAIT_BALANCE', 'PENDING_PAYMENT>PREPROCESS',
            'PENDING_PAYMENT>CANCELLED', 'PENDING_PAYMENT>CLOSED',
            'AWAIT_BALANCE>PREPROCESS', 'AWAIT_BALANCE>CANCELLED', 'AWAIT_BALANCE>CLOSED',
            'PREPROCESS>SUBMITTED', 'PREPROCESS>CANCELLED', 'PREPROCESS>CLOSED',
            'SUBMITTED>PREPROCESS', 'SUBMITTED>PARTIALLY_SHIPPED', 'SUBMITTED>SHIPPED',
            'SUBMITTED>CANCELLED',
            'PARTIALLY_SHIPPED>PARTIALLY_SHIPPED', 'PARTIALLY_SHIPPED>SHIPPED',
            'SHIPPED>COMPLETED']) THEN
            RAISE EXCEPTION 'order % may not go from % to %', OLD.id, OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'oms_order_moves_on_graph';
        END IF;
    END IF;
    -- The first time counts: a recalled order keeps the moment its stock was first held.
    IF NEW.state = 'SUBMITTED' AND NEW.held_at IS NULL THEN
        NEW.held_at := clock_timestamp();
    ELSIF NEW.state IN ('PARTIALLY_SHIPPED', 'SHIPPED') AND NEW.shipped_at IS NULL THEN
        NEW.shipped_at := clock_timestamp();
    ELSIF NEW.state = 'CANCELLED' THEN
        NEW.cancelled_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER oms_guard_order BEFORE INSERT OR UPDATE ON oms_order
    FOR EACH ROW EXECUTE FUNCTION oms_guard_order();

CREATE FUNCTION oms_continue_chain() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    last text;
BEGIN
    SELECT to_state INTO last FROM oms_orderevent
        WHERE order_id = NEW.order_id ORDER BY id DESC LIMIT 1;
    IF NEW.from_state <> coalesce(last, '') THEN
        RAISE EXCEPTION 'the events of order % end with "%", the next cannot start with "%"',
            NEW.order_id, coalesce(last, ''), NEW.from_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'oms_event_continues';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER oms_continue_chain BEFORE INSERT ON oms_orderevent
    FOR EACH ROW EXECUTE FUNCTION oms_continue_chain();

CREATE FUNCTION oms_state_has_event() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    now_state text;
    last text;
BEGIN
    -- Looked up, not taken from NEW: the order may have moved on since in the same transaction.
    SELECT state INTO now_state FROM oms_order WHERE id = NEW.id;
    SELECT to_state INTO last FROM oms_orderevent WHERE order_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF now_state IS DISTINCT FROM last THEN
        RAISE EXCEPTION 'order % is %, its last event says "%"', NEW.id, now_state, coalesce(last, '')
            USING ERRCODE = 'check_violation', CONSTRAINT = 'oms_state_has_event';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER oms_inserted_has_event AFTER INSERT ON oms_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION oms_state_has_event();
CREATE CONSTRAINT TRIGGER oms_moved_has_event AFTER UPDATE OF state ON oms_order
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION oms_state_has_event();

CREATE FUNCTION oms_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER oms_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON oms_orderevent
    FOR EACH STATEMENT EXECUTE FUNCTION oms_refuse();
CREATE TRIGGER oms_exceptions_stay BEFORE DELETE OR TRUNCATE ON oms_orderexception
    FOR EACH STATEMENT EXECUTE FUNCTION oms_refuse();
CREATE TRIGGER oms_orders_stay BEFORE DELETE OR TRUNCATE ON oms_order
    FOR EACH STATEMENT EXECUTE FUNCTION oms_refuse();
