-- Goods become numbered, or stop being numbered, only while none are there: otherwise pieces and
-- units could not agree.
CREATE FUNCTION inventory_check_numbered() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM inventory_balance WHERE sku_id = NEW.id AND on_hand > 0) THEN
        RAISE EXCEPTION 'SKU % has stock: it cannot begin or cease to be tracked by serial number', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sku_numbered_when_empty BEFORE UPDATE OF serial_tracked ON inventory_sku FOR EACH ROW
    WHEN (NEW.serial_tracked IS DISTINCT FROM OLD.serial_tracked)
    EXECUTE FUNCTION inventory_check_numbered();
