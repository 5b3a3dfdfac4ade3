-- The audit trail only grows. A row trigger cannot see TRUNCATE, so that right is taken away.
CREATE FUNCTION org_audit_refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only: % refused.', TG_OP
        USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER org_audit_append_only
    BEFORE UPDATE OR DELETE ON org_auditrecord
    FOR EACH STATEMENT EXECUTE FUNCTION org_audit_refuse_change();

REVOKE TRUNCATE ON org_auditrecord FROM PUBLIC;
REVOKE TRUNCATE ON org_auditrecord FROM CURRENT_USER;
