-- Histories only grow. A row trigger cannot see TRUNCATE, so that right is taken away.
CREATE FUNCTION org_revision_refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'Histories are append-only: % refused.', TG_OP
        USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER org_revision_append_only
    BEFORE UPDATE OR DELETE ON org_revision
    FOR EACH STATEMENT EXECUTE FUNCTION org_revision_refuse_change();

REVOKE TRUNCATE ON org_revision FROM PUBLIC;
REVOKE TRUNCATE ON org_revision FROM CURRENT_USER;

-- One statement for all rows of a statement. Arguments: the kind, the column that names the thing,
-- the part (empty: the thing itself), and columns that are left out, separated by commas.
CREATE FUNCTION org_keep_revision() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    left_out text[] := string_to_array(TG_ARGV[3], ',');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO org_revision (kind, object_id, part, part_id, verb, kept)
        SELECT TG_ARGV[0], (told ->> TG_ARGV[1])::bigint, TG_ARGV[2], (told ->> 'id')::bigint,
               'I', told - left_out
        FROM (SELECT to_jsonb(n) AS told FROM new_rows AS n ORDER BY n.id) AS rows;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO org_revision (kind, object_id, part, part_id, verb, kept)
        SELECT TG_ARGV[0], (told ->> TG_ARGV[1])::bigint, TG_ARGV[2], (told ->> 'id')::bigint,
               'U', told - left_out
        FROM (
            SELECT to_jsonb(n) AS told, to_jsonb(o) AS was
            FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
            ORDER BY n.id
        ) AS rows
        WHERE told - left_out IS DISTINCT FROM was - left_out;
    ELSE
        INSERT INTO org_revision (kind, object_id, part, part_id, verb, kept)
        SELECT TG_ARGV[0], (was ->> TG_ARGV[1])::bigint, TG_ARGV[2], (was ->> 'id')::bigint,
               'D', was - left_out
        FROM (SELECT to_jsonb(o) AS was FROM old_rows AS o ORDER BY o.id) AS rows;
    END IF;
    RETURN NULL;
END;
$$;

-- Keeps the history of a table from now on, beginning with the rows it has.
CREATE FUNCTION org_keep_history(
    kept text, kind text, object_column text, part text, left_out text
) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    told text := format('%L, %L, %L, %L', kind, object_column, part, left_out);
BEGIN
    EXECUTE format(
        'INSERT INTO org_revision (kind, object_id, part, part_id, verb, kept)
         SELECT %L, %I, %L, id, ''F'', to_jsonb(t) - string_to_array(%L, '','')
         FROM %I AS t ORDER BY id',
        kind, object_column, part, left_out, kept
    );
    EXECUTE format(
        'CREATE TRIGGER history_made AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows
         FOR EACH STATEMENT EXECUTE FUNCTION org_keep_revision(%s)', kept, told
    );
    EXECUTE format(
        'CREATE TRIGGER history_changed AFTER UPDATE ON %I
         REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
         FOR EACH STATEMENT EXECUTE FUNCTION org_keep_revision(%s)', kept, told
    );
    EXECUTE format(
        'CREATE TRIGGER history_removed AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows
         FOR EACH STATEMENT EXECUTE FUNCTION org_keep_revision(%s)', kept, told
    );
END;
$$;

CREATE FUNCTION org_forget_history(kept text) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    EXECUTE format('DROP TRIGGER history_made ON %I', kept);
    EXECUTE format('DROP TRIGGER history_changed ON %I', kept);
    EXECUTE format('DROP TRIGGER history_removed ON %I', kept);
END;
$$;
