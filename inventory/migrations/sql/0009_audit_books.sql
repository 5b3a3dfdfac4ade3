-- A hold's effects are copies made when it was placed: the past does not change with a reason.
CREATE TRIGGER hold_keeps_its_effects BEFORE UPDATE ON inventory_hold FOR EACH ROW
    WHEN ((NEW.id, NEW.reason_id, NEW.posting_id, NEW.role, NEW.rank, NEW.is_safety, NEW.binds_to,
           NEW.blocks_reserve, NEW.blocks_pick, NEW.blocks_ship, NEW.blocks_move, NEW.blocks_count,
           NEW.blocks_publish, NEW.placed_by, NEW.created_at)
        IS DISTINCT FROM
          (OLD.id, OLD.reason_id, OLD.posting_id, OLD.role, OLD.rank, OLD.is_safety, OLD.binds_to,
           OLD.blocks_reserve, OLD.blocks_pick, OLD.blocks_ship, OLD.blocks_move, OLD.blocks_count,
           OLD.blocks_publish, OLD.placed_by, OLD.created_at))
    EXECUTE FUNCTION inventory_refuse();
