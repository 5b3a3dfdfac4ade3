-- The journal of freezes only grows. A row trigger cannot see TRUNCATE, so that right is taken away.
CREATE FUNCTION freeze_rules_journal_stays() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'The journal of freezes is append-only: % refused.', TG_OP
        USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER freeze_rules_journal_append_only
    BEFORE UPDATE OR DELETE ON freeze_rules_journalline
    FOR EACH STATEMENT EXECUTE FUNCTION freeze_rules_journal_stays();

REVOKE TRUNCATE ON freeze_rules_journalline FROM PUBLIC;
REVOKE TRUNCATE ON freeze_rules_journalline FROM CURRENT_USER;
