-- Notifications: what customers are told. The in-app inbox is the first channel.

CREATE TABLE inbox_message (
    merchant_id  uuid NOT NULL,
    id           uuid NOT NULL,
    customer_id  uuid NOT NULL,
    kind         text NOT NULL,
    title        text NOT NULL,
    text         text NOT NULL,
    order_number text,
    created_at   timestamptz NOT NULL,
    read_at      timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customer
);
CREATE INDEX inbox_of_customer ON inbox_message (merchant_id, customer_id, created_at DESC, id DESC);
