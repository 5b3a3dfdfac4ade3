DROP TRIGGER sku_numbered_when_empty ON inventory_sku;
DROP FUNCTION inventory_check_numbered();
