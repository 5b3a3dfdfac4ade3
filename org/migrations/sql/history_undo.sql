DROP FUNCTION org_forget_history(text);
DROP FUNCTION org_keep_history(text, text, text, text, text);
DROP FUNCTION org_keep_revision() CASCADE;
DROP FUNCTION org_revision_refuse_change() CASCADE;
