-- Registration: forms, drafts field by field, and what was handed in.

CREATE TABLE form (
    merchant_id uuid NOT NULL REFERENCES merchant,
    id          uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('personal', 'business', 'event')),
    version     int NOT NULL,
    title       text NOT NULL,
    fields      jsonb NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT app_now(),
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, kind, version)
);

CREATE TABLE registration_draft (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    key         text NOT NULL,
    value       jsonb NOT NULL,
    version     int NOT NULL,
    saved_at    timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, order_id, key),
    FOREIGN KEY (merchant_id, order_id) REFERENCES customer_order
);

CREATE TABLE registration (
    merchant_id  uuid NOT NULL,
    id           uuid NOT NULL,
    order_id     uuid NOT NULL,
    form_id      uuid NOT NULL,
    answers      jsonb NOT NULL,
    submitted_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CONSTRAINT registration_once UNIQUE (merchant_id, order_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES customer_order,
    FOREIGN KEY (merchant_id, form_id) REFERENCES form
);
