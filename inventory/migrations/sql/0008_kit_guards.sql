-- A kit has recipes and no stock; goods have stock and no recipe. Neither becomes the other.

CREATE FUNCTION inventory_check_kit() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.is_kit THEN
        -- Whoever is giving this SKU its first stock, or making it a part, finishes first.
        LOCK TABLE inventory_balance, inventory_recipeline IN SHARE MODE;
        IF EXISTS (SELECT FROM inventory_balance WHERE sku_id = NEW.id) THEN
            RAISE EXCEPTION 'SKU % has had stock: it cannot become a kit', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT FROM inventory_recipeline WHERE part_id = NEW.id) THEN
            RAISE EXCEPTION 'SKU % is part of a kit: it cannot become one', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
    ELSE
        LOCK TABLE inventory_recipe IN SHARE MODE;
        IF EXISTS (SELECT FROM inventory_recipe WHERE kit_id = NEW.id) THEN
            RAISE EXCEPTION 'SKU % has been sold as a kit: it cannot have stock', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sku_stays_kit BEFORE UPDATE OF is_kit ON inventory_sku FOR EACH ROW
    WHEN (OLD.is_kit IS DISTINCT FROM NEW.is_kit) EXECUTE FUNCTION inventory_check_kit();

CREATE FUNCTION inventory_check_recipe() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT (SELECT is_kit FROM inventory_sku WHERE id = NEW.kit_id) THEN
        RAISE EXCEPTION 'SKU % is no kit', NEW.kit_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recipe_fits BEFORE INSERT ON inventory_recipe
    FOR EACH ROW EXECUTE FUNCTION inventory_check_recipe();

CREATE FUNCTION inventory_check_recipe_line() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF (SELECT is_kit FROM inventory_sku WHERE id = NEW.part_id) THEN
        RAISE EXCEPTION 'SKU % is a kit itself', NEW.part_id USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM inventory_holdkit WHERE recipe_id = NEW.recipe_id) THEN
        RAISE EXCEPTION 'recipe % was used: it does not change any more', NEW.recipe_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recipe_line_fits BEFORE INSERT ON inventory_recipeline
    FOR EACH ROW EXECUTE FUNCTION inventory_check_recipe_line();
