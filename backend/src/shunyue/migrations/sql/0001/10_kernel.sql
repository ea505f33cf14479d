-- Kernel: what every domain stands on. Tables here that workers scan across merchants have no
-- row-level security; the statement that acts on a row always acts as that row's merchant.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The only clock of the product. Development moves it by replacing this function (kernel/clock.py);
-- everywhere else it stays now(), inlined by the planner.
CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT now() $$;

CREATE TABLE merchant (
    merchant_id   uuid PRIMARY KEY,
    slug          text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{1,30}$'),
    name          text NOT NULL,
    tagline       text NOT NULL DEFAULT '',
    city          text NOT NULL DEFAULT '',
    phone         text NOT NULL DEFAULT '',
    payee_name    text NOT NULL,
    time_zone     text NOT NULL,
    is_open_on_holidays boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT app_now()
);

-- Facts on their way to whoever reacts. Written in the transaction that made them true.
CREATE TABLE outbox (
    merchant_id  uuid NOT NULL REFERENCES merchant,
    id           bigint GENERATED ALWAYS AS IDENTITY,
    name         text NOT NULL,
    payload      jsonb NOT NULL,
    emitted_at   timestamptz NOT NULL DEFAULT app_now(),
    relayed_at   timestamptz,
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX outbox_to_relay ON outbox (id) WHERE relayed_at IS NULL;
CREATE INDEX outbox_relayed ON outbox (relayed_at) WHERE relayed_at IS NOT NULL;

-- One row per event and handler: the row and the handler's effect commit together, hence once.
CREATE TABLE outbox_delivery (
    merchant_id  uuid NOT NULL,
    event_id     bigint NOT NULL,
    handler      text NOT NULL,
    due_at       timestamptz NOT NULL DEFAULT app_now(),
    attempts     int NOT NULL DEFAULT 0,
    delivered_at timestamptz,
    last_error   text,
    PRIMARY KEY (merchant_id, event_id, handler)
);
CREATE INDEX outbox_delivery_due ON outbox_delivery (due_at, event_id) WHERE delivered_at IS NULL;

-- Work that becomes due. A row, not a queued delay: moving the clock moves it too.
CREATE TABLE timer (
    merchant_id uuid NOT NULL REFERENCES merchant,
    kind        text NOT NULL,
    subject_id  uuid NOT NULL,
    due_at      timestamptz NOT NULL,
    attempts    int NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, kind, subject_id)
);
CREATE INDEX timer_due ON timer (due_at);

-- Pushes, numbered without gaps per topic so that a client that reconnects catches up.
CREATE TABLE topic (
    merchant_id uuid NOT NULL REFERENCES merchant,
    name        text NOT NULL,
    seq         bigint NOT NULL,
    PRIMARY KEY (merchant_id, name)
);
CREATE TABLE topic_message (
    merchant_id uuid NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    topic       text NOT NULL,
    seq         bigint NOT NULL,
    name        text NOT NULL,
    payload     jsonb NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (merchant_id, topic, seq)
);
CREATE INDEX topic_message_new ON topic_message (id);
CREATE INDEX topic_message_old ON topic_message (created_at);

-- Answers already given to a client's POST, by the key that the client chose.
CREATE TABLE idempotent_answer (
    merchant_id  uuid NOT NULL REFERENCES merchant,
    actor_id     uuid NOT NULL,
    key          uuid NOT NULL,
    request_hash bytea NOT NULL,
    status       int,
    body         bytea,
    started_at   timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (merchant_id, actor_id, key)
);
CREATE INDEX idempotent_answer_old ON idempotent_answer (merchant_id, started_at);

CREATE TABLE audit_entry (
    merchant_id uuid NOT NULL REFERENCES merchant,
    id          uuid NOT NULL,
    at          timestamptz NOT NULL DEFAULT app_now(),
    actor_kind  text NOT NULL,
    actor_id    uuid,
    action      text NOT NULL,
    subject_id  uuid,
    reason      text,
    details     jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (merchant_id, id)
);
CREATE INDEX audit_entry_subject ON audit_entry (merchant_id, subject_id, at);

-- How many times something was tried in a window: sign-in, codes.
CREATE TABLE throttle (
    merchant_id uuid NOT NULL REFERENCES merchant,
    key         text NOT NULL,
    window_ends_at timestamptz NOT NULL,
    tries       int NOT NULL,
    PRIMARY KEY (merchant_id, key)
);
