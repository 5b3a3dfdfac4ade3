DROP TRIGGER recipe_line_fits ON inventory_recipeline;
DROP FUNCTION inventory_check_recipe_line();
DROP TRIGGER recipe_fits ON inventory_recipe;
DROP FUNCTION inventory_check_recipe();
DROP TRIGGER sku_stays_kit ON inventory_sku;
DROP FUNCTION inventory_check_kit();
