-- Payments: what is owed, each try to collect it, what came back, and where every fen is.

CREATE TABLE payment_channel (
    merchant_id   uuid NOT NULL REFERENCES merchant,
    id            uuid NOT NULL,
    channel       text NOT NULL CHECK (channel IN ('wechat', 'alipay', 'stripe')),
    account_id    text NOT NULL,
    app_id        text NOT NULL,
    base_url      text NOT NULL,
    payee         text NOT NULL,
    sealed_config bytea NOT NULL,
    is_enabled    boolean NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (merchant_id, id)
);
CREATE UNIQUE INDEX payment_channel_one ON payment_channel (merchant_id, channel) WHERE is_enabled;

-- /notify/{channel}/{config_id} knows no merchant yet: this is how it finds one.
CREATE FUNCTION merchant_of_payment_channel(p_id uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT merchant_id FROM payment_channel WHERE id = p_id
$$;

CREATE TABLE payment (
    merchant_id        uuid NOT NULL,
    order_id           uuid NOT NULL,
    payable_fen        bigint NOT NULL CHECK (payable_fen > 0),
    state              text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'stopping', 'stopped', 'settled')),
    settled_attempt_id uuid,
    opened_at          timestamptz NOT NULL,
    settled_at         timestamptz,
    PRIMARY KEY (merchant_id, order_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES customer_order,
    CHECK ((settled_attempt_id IS NOT NULL) = (settled_at IS NOT NULL))
);

CREATE TABLE payment_attempt (
    merchant_id    uuid NOT NULL,
    id             uuid NOT NULL,
    order_id       uuid NOT NULL,
    channel_id     uuid NOT NULL,
    scene          text NOT NULL,
    out_trade_no   text NOT NULL CHECK (out_trade_no ~ '^[0-9A-Za-z]{20,32}$'),
    amount_fen     bigint NOT NULL CHECK (amount_fen > 0),
    description    text NOT NULL,
    -- intended: we may or may not have reached the provider. closing: no longer wanted.
    state          text NOT NULL CHECK (state IN ('intended', 'pending', 'closing', 'paid', 'closed', 'failed')),
    prompt         jsonb,
    return_url     text,
    client_ip      text NOT NULL DEFAULT '',
    expires_at     timestamptz NOT NULL,
    created_at     timestamptz NOT NULL,
    paid_at        timestamptz,
    transaction_id text,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, out_trade_no),
    FOREIGN KEY (merchant_id, order_id) REFERENCES payment (merchant_id, order_id),
    FOREIGN KEY (merchant_id, channel_id) REFERENCES payment_channel,
    CHECK ((state = 'paid') = (paid_at IS NOT NULL AND transaction_id IS NOT NULL))
);
CREATE INDEX payment_attempt_of_order ON payment_attempt (merchant_id, order_id);
CREATE UNIQUE INDEX payment_attempt_one_charge ON payment_attempt (merchant_id, channel_id, transaction_id);

-- The provider's messages as they came, before anything is done about them.
CREATE TABLE provider_notice (
    merchant_id  uuid NOT NULL,
    id           uuid NOT NULL,
    channel_id   uuid NOT NULL,
    event_key    text NOT NULL,
    kind         text NOT NULL,
    content      jsonb NOT NULL,
    received_at  timestamptz NOT NULL,
    processed_at timestamptz,
    outcome      text,
    PRIMARY KEY (merchant_id, id),
    CONSTRAINT provider_notice_once UNIQUE (merchant_id, channel_id, event_key),
    FOREIGN KEY (merchant_id, channel_id) REFERENCES payment_channel
);

CREATE TABLE refund (
    merchant_id   uuid NOT NULL,
    id            uuid NOT NULL,
    order_id      uuid NOT NULL,
    attempt_id    uuid NOT NULL,
    out_refund_no text NOT NULL,
    amount_fen    bigint NOT NULL CHECK (amount_fen > 0),
    reason        text NOT NULL,
    state         text NOT NULL CHECK (state IN ('intended', 'processing', 'succeeded', 'abnormal', 'closed')),
    requested_at  timestamptz NOT NULL,
    settled_at    timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, out_refund_no),
    FOREIGN KEY (merchant_id, attempt_id) REFERENCES payment_attempt
);
CREATE INDEX refund_of_order ON refund (merchant_id, order_id);
-- Automatic refunds give everything back: at most one open or done per charge.
CREATE UNIQUE INDEX refund_automatic_once ON refund (merchant_id, attempt_id)
    WHERE reason IN ('late_without_place', 'order_cancelled', 'paid_twice') AND state <> 'closed';

-- Never more refunded than paid, whatever code did.
CREATE FUNCTION refund_within_charge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_paid bigint;
    v_refunds bigint;
BEGIN
    SELECT amount_fen INTO v_paid FROM payment_attempt
     WHERE merchant_id = NEW.merchant_id AND id = NEW.attempt_id AND state = 'paid' FOR UPDATE;
    SELECT sum(amount_fen) INTO v_refunds FROM refund
     WHERE merchant_id = NEW.merchant_id AND attempt_id = NEW.attempt_id AND state <> 'closed';
    IF v_paid IS NULL OR v_refunds > v_paid THEN
        RAISE EXCEPTION 'refunds % exceed the charge %', v_refunds, v_paid
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_within_charge';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refund_within_charge AFTER INSERT OR UPDATE OF amount_fen, state ON refund
    FOR EACH ROW EXECUTE FUNCTION refund_within_charge();

CREATE TABLE ledger_transaction (
    merchant_id uuid NOT NULL REFERENCES merchant,
    id          uuid NOT NULL,
    kind        text NOT NULL,
    order_id    uuid NOT NULL,
    source_id   uuid NOT NULL,
    posted_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    -- One posting per cause: a replayed cause finds it here.
    CONSTRAINT ledger_posted_once UNIQUE (merchant_id, kind, source_id)
);
CREATE INDEX ledger_transaction_order ON ledger_transaction (merchant_id, order_id, posted_at);

CREATE TABLE ledger_entry (
    merchant_id    uuid NOT NULL,
    transaction_id uuid NOT NULL,
    account        text NOT NULL CHECK (account IN (
                     'channel_clearing', 'customer_prepayment', 'revenue', 'refund_clearing', 'exception')),
    amount_fen     bigint NOT NULL CHECK (amount_fen <> 0),
    PRIMARY KEY (merchant_id, transaction_id, account),
    FOREIGN KEY (merchant_id, transaction_id) REFERENCES ledger_transaction
);

CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT coalesce(sum(amount_fen), 0) FROM ledger_entry
         WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id) <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.transaction_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sums_to_zero';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_sums_to_zero AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_sums_to_zero();

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
