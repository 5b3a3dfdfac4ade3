DROP TRIGGER location_keeps_its_warehouse ON inventory_location;
DROP TRIGGER lot_keeps_its_sku ON inventory_lot;
DROP TRIGGER cell_fits ON inventory_stock;
DROP FUNCTION inventory_check_cell();
DROP TRIGGER hold_stays ON inventory_hold;
DROP TRIGGER line_stays ON inventory_holdline;
DROP TRIGGER line_by_entries ON inventory_holdline;
DROP TRIGGER line_starts_empty ON inventory_holdline;
DROP TRIGGER cell_stays ON inventory_stock;
DROP TRIGGER cell_by_entries ON inventory_stock;
DROP TRIGGER cell_starts_empty ON inventory_stock;
DROP TRIGGER balance_stays ON inventory_balance;
DROP TRIGGER balance_by_entries ON inventory_balance;
DROP TRIGGER balance_starts_empty ON inventory_balance;
DROP TRIGGER posting_is_final ON inventory_posting;
DROP TRIGGER entry_is_final ON inventory_entry;
DROP TRIGGER entry_sums ON inventory_entry;
DROP FUNCTION inventory_sum_entries();
DROP FUNCTION inventory_refuse();
ALTER TABLE inventory_holdline DROP CONSTRAINT line_cell_in_its_balance;
ALTER TABLE inventory_entry
    DROP CONSTRAINT entry_line_in_its_balance,
    DROP CONSTRAINT entry_cell_in_its_balance,
    DROP CONSTRAINT entry_balance_of_its_sku;
GRANT TRUNCATE ON inventory_entry, inventory_posting, inventory_balance, inventory_stock,
    inventory_hold, inventory_holdline TO CURRENT_USER;
