-- Identity: who acts, and for which merchant.

CREATE TABLE staff_member (
    merchant_id   uuid NOT NULL REFERENCES merchant,
    id            uuid NOT NULL,
    account       text NOT NULL,
    password_hash text NOT NULL,
    name          text NOT NULL,
    title         text NOT NULL DEFAULT '',
    role          text NOT NULL CHECK (role IN ('owner', 'manager', 'front_desk')),
    is_active     boolean NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, account)
);

CREATE TABLE customer (
    merchant_id uuid NOT NULL REFERENCES merchant,
    id          uuid NOT NULL,
    phone       text NOT NULL CHECK (phone ~ '^\+[0-9]{6,15}$'),
    name        text,
    created_at  timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, phone)
);

CREATE TABLE login (
    merchant_id   uuid NOT NULL REFERENCES merchant,
    id            uuid NOT NULL,
    actor_kind    text NOT NULL CHECK (actor_kind IN ('customer', 'staff')),
    actor_id      uuid NOT NULL,
    refresh_hash  bytea NOT NULL,
    previous_hash bytea,
    -- Fingerprint of the request that signed in: its retry continues this login.
    asked_with    bytea NOT NULL,
    device        text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT app_now(),
    last_used_at  timestamptz NOT NULL DEFAULT app_now(),
    expires_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, asked_with)
);
CREATE INDEX login_actor ON login (merchant_id, actor_id) WHERE ended_at IS NULL;

CREATE TABLE login_code (
    merchant_id uuid NOT NULL REFERENCES merchant,
    phone       text NOT NULL,
    code_hash   bytea NOT NULL,
    sent_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    tries_left  int NOT NULL CHECK (tries_left >= 0),
    PRIMARY KEY (merchant_id, phone)
);

-- Development's stand-in for the phone: what would have been sent. Never filled elsewhere.
CREATE TABLE mailbox_message (
    merchant_id uuid NOT NULL REFERENCES merchant,
    id          uuid NOT NULL,
    channel     text NOT NULL,
    recipient   text NOT NULL,
    text        text NOT NULL,
    code        text,
    sent_at     timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (merchant_id, id)
);
