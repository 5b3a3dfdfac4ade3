-- What was said, judged and proved stays; only people's later word on a verdict may be added.
CREATE FUNCTION freeze_rules_refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE EXCEPTION 'What the rules did stays: % of % refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER freeze_rules_rulemove_append_only
    BEFORE UPDATE OR DELETE ON freeze_rules_rulemove
    FOR EACH STATEMENT EXECUTE FUNCTION freeze_rules_refuse_change();
CREATE TRIGGER freeze_rules_proof_append_only
    BEFORE UPDATE OR DELETE ON freeze_rules_proof
    FOR EACH STATEMENT EXECUTE FUNCTION freeze_rules_refuse_change();
CREATE TRIGGER freeze_rules_verdict_stays
    BEFORE DELETE ON freeze_rules_verdict
    FOR EACH STATEMENT EXECUTE FUNCTION freeze_rules_refuse_change();
CREATE TRIGGER freeze_rules_verdict_same
    BEFORE UPDATE ON freeze_rules_verdict
    FOR EACH ROW
    WHEN ((OLD.event_id, OLD.version_id, OLD.document, OLD.outcome, OLD.hold_id, OLD.qty,
           OLD.value, OLD.facts, OLD.at)
          IS DISTINCT FROM
          (NEW.event_id, NEW.version_id, NEW.document, NEW.outcome, NEW.hold_id, NEW.qty,
           NEW.value, NEW.facts, NEW.at))
    EXECUTE FUNCTION freeze_rules_refuse_change();
CREATE TRIGGER freeze_rules_ruleversion_stays
    BEFORE DELETE ON freeze_rules_ruleversion
    FOR EACH STATEMENT EXECUTE FUNCTION freeze_rules_refuse_change();
CREATE TRIGGER freeze_rules_ruleversion_same
    BEFORE UPDATE ON freeze_rules_ruleversion
    FOR EACH ROW
    WHEN ((OLD.rule_id, OLD.number, OLD.definition, OLD.made_by_id, OLD.made_at)
          IS DISTINCT FROM
          (NEW.rule_id, NEW.number, NEW.definition, NEW.made_by_id, NEW.made_at))
    EXECUTE FUNCTION freeze_rules_refuse_change();
CREATE TRIGGER freeze_rules_event_same
    BEFORE UPDATE ON freeze_rules_event
    FOR EACH ROW
    WHEN ((OLD.kind, OLD.key, OLD.document, OLD.facts, OLD.goods, OLD.occurred_at, OLD.told_by)
          IS DISTINCT FROM
          (NEW.kind, NEW.key, NEW.document, NEW.facts, NEW.goods, NEW.occurred_at, NEW.told_by))
    EXECUTE FUNCTION freeze_rules_refuse_change();
