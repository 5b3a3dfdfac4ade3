-- Seals only grow, like what they seal.
CREATE TRIGGER org_block_append_only
    BEFORE UPDATE OR DELETE ON org_auditblock
    FOR EACH STATEMENT EXECUTE FUNCTION org_audit_refuse_change();

REVOKE TRUNCATE ON org_auditblock FROM PUBLIC;
REVOKE TRUNCATE ON org_auditblock FROM CURRENT_USER;
