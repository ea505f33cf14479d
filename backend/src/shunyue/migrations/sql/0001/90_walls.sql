-- Row-level security on merchant data: the second wall behind merchant_id in every query.
-- The pool acts as shunyue_app, which owns nothing.

DO $$
DECLARE
    t record;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'shunyue_app') THEN
        CREATE ROLE shunyue_app NOLOGIN;
    END IF;
    EXECUTE format('GRANT shunyue_app TO %I', current_user);
    GRANT USAGE ON SCHEMA public TO shunyue_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shunyue_app;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO shunyue_app;
    -- The kernel's own rows, read across merchants by workers that then act as one of them.
    FOR t IN
        SELECT c.relname FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'merchant_id' AND NOT a.attisdropped
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
           AND c.relname NOT IN ('merchant', 'outbox', 'outbox_delivery', 'timer', 'topic', 'topic_message')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t.relname);
        EXECUTE format(
            'CREATE POLICY own_merchant ON %I TO shunyue_app USING '
            '(merchant_id = nullif(current_setting(''app.merchant_id'', true), '''')::uuid)', t.relname);
    END LOOP;
    REVOKE UPDATE, DELETE ON ledger_entry, ledger_transaction, order_fact, audit_entry FROM shunyue_app;
END $$;
