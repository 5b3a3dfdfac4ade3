DROP TRIGGER balance_fits ON inventory_balance;
DROP FUNCTION inventory_check_balance();
DROP TRIGGER snapshot_balance_is_final ON inventory_snapshotbalance;
DROP TRIGGER snapshot_is_final ON inventory_snapshot;
DROP TRIGGER closing_is_final ON inventory_closing;
DROP TRIGGER hold_kit_is_final ON inventory_holdkit;
DROP TRIGGER recipe_line_is_final ON inventory_recipeline;
DROP TRIGGER recipe_is_final ON inventory_recipe;
DROP TRIGGER piece_entry_is_final ON inventory_pieceentry;
DROP TRIGGER piece_stays ON inventory_piece;
DROP TRIGGER piece_by_entries ON inventory_piece;
DROP TRIGGER piece_starts_nowhere ON inventory_piece;
DROP TRIGGER piece_entry_moves ON inventory_pieceentry;
DROP FUNCTION inventory_move_pieces();
GRANT TRUNCATE ON inventory_piece, inventory_pieceentry, inventory_recipe, inventory_recipeline,
    inventory_holdkit, inventory_closing, inventory_snapshot, inventory_snapshotbalance
    TO CURRENT_USER;
