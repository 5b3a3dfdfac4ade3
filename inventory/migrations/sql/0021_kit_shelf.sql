-- How many of a kit each warehouse could build of its free good parts. The parts of one kit are few
-- and summed beside it, so that a page in the order of the kits' codes reads only its own kits.
CREATE VIEW inventory_kitshelf AS
SELECT 100000000000000000 + r.kit_id * 1000000 + s.warehouse_id AS id,
       r.kit_id, s.warehouse_id, s.available
FROM inventory_recipe r
CROSS JOIN LATERAL (
    SELECT b.warehouse_id,
           CASE WHEN count(*) = (SELECT count(*) FROM inventory_recipeline a
                                 WHERE a.recipe_id = r.id)
                THEN min(b.available / l.qty) ELSE 0 END AS available
    FROM inventory_recipeline l
    JOIN inventory_balance b ON b.sku_id = l.part_id AND b.grade = 'ZP' AND b.owner = 'SELF'
    WHERE l.recipe_id = r.id
    GROUP BY b.warehouse_id
) s
WHERE r.version = (SELECT max(n.version) FROM inventory_recipe n WHERE n.kit_id = r.kit_id);
