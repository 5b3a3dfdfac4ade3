-- The database itself sees that nobody decides on their own request: a decision carries its
-- request's maker, and a CHECK compares it with whoever decides.
ALTER TABLE org_approvaldecision
    ADD CONSTRAINT org_decision_of_its_request
    FOREIGN KEY (request_id, maker_id, again_allowed)
    REFERENCES org_approvalrequest (id, maker_id, again_allowed);
ALTER TABLE org_approvaldecision
    ADD CONSTRAINT org_decision_of_its_step
    FOREIGN KEY (step_id, request_id) REFERENCES org_requeststep (id, request_id);

-- Decisions and events only grow.
CREATE FUNCTION org_approval_refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'What was decided stays: % of % refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER org_approvaldecision_append_only
    BEFORE UPDATE OR DELETE ON org_approvaldecision
    FOR EACH STATEMENT EXECUTE FUNCTION org_approval_refuse_change();
CREATE TRIGGER org_approvalevent_append_only
    BEFORE UPDATE OR DELETE ON org_approvalevent
    FOR EACH STATEMENT EXECUTE FUNCTION org_approval_refuse_change();
CREATE TRIGGER org_approvalrequest_stays
    BEFORE DELETE ON org_approvalrequest
    FOR EACH STATEMENT EXECUTE FUNCTION org_approval_refuse_change();

-- What is asked never changes under those who agreed to it.
CREATE TRIGGER org_approvalrequest_same_question
    BEFORE UPDATE ON org_approvalrequest
    FOR EACH ROW
    WHEN ((OLD.key, OLD.kind, OLD.unit_id, OLD.maker_id, OLD.policy_id, OLD.payload,
           OLD.fingerprint, OLD.amount, OLD.qty, OLD.document)
          IS DISTINCT FROM
          (NEW.key, NEW.kind, NEW.unit_id, NEW.maker_id, NEW.policy_id, NEW.payload,
           NEW.fingerprint, NEW.amount, NEW.qty, NEW.document))
    EXECUTE FUNCTION org_approval_refuse_change();

REVOKE TRUNCATE ON org_approvalrequest, org_approvaldecision, org_approvalevent FROM PUBLIC;
REVOKE TRUNCATE ON org_approvalrequest, org_approvaldecision, org_approvalevent FROM CURRENT_USER;
