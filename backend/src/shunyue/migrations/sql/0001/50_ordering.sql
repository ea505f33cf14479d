-- Ordering: the order that ties booking, registration and payments under one number.

-- "order" is a word of SQL; the table of orders is customer_order, everything else says order.
CREATE TABLE customer_order (
    merchant_id   uuid NOT NULL REFERENCES merchant,
    id            uuid NOT NULL,
    number        text NOT NULL CHECK (number ~ '^[0-9]{12}$'),
    customer_id   uuid NOT NULL,
    offering_id   uuid NOT NULL,
    slot_id       uuid NOT NULL,
    resource_id   uuid,
    hold_id       uuid NOT NULL,
    party_size    int NOT NULL CHECK (party_size > 0),
    state         text NOT NULL CHECK (state IN
                    ('awaiting_registration', 'awaiting_payment', 'confirmed', 'expired', 'cancelled')),
    payment_state text NOT NULL DEFAULT 'none' CHECK (payment_state IN
                    ('none', 'pending', 'checking', 'paid', 'refunding', 'refunded')),
    -- What was promised when the order was made; later changes of the catalog do not reach it.
    terms         jsonb NOT NULL,
    slot_starts_at timestamptz NOT NULL,
    payable_fen   bigint NOT NULL CHECK (payable_fen >= 0),
    placed_at     timestamptz NOT NULL,
    register_by   timestamptz NOT NULL,
    registered_at timestamptz,
    pay_by        timestamptz,
    paid_at       timestamptz,
    ended_at      timestamptz,
    end_reason    text CHECK (end_reason IN
                    ('registration_window', 'payment_window', 'customer', 'merchant')),
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, number),
    UNIQUE (merchant_id, hold_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customer,
    FOREIGN KEY (merchant_id, offering_id) REFERENCES offering,
    FOREIGN KEY (merchant_id, slot_id) REFERENCES slot,
    CHECK ((pay_by IS NULL) = (registered_at IS NULL))
);
CREATE INDEX order_of_customer ON customer_order (merchant_id, customer_id, placed_at DESC, id DESC);
CREATE INDEX order_of_slot ON customer_order (merchant_id, slot_id);
CREATE INDEX order_placed ON customer_order (merchant_id, placed_at DESC, id DESC);
CREATE INDEX order_starts ON customer_order (merchant_id, slot_starts_at, id);

-- Each state is a fact with who and when. Facts are only added.
CREATE TABLE order_fact (
    merchant_id uuid NOT NULL,
    order_id    uuid NOT NULL,
    id          uuid NOT NULL,
    kind        text NOT NULL,
    at          timestamptz NOT NULL,
    actor_kind  text NOT NULL CHECK (actor_kind IN ('customer', 'staff', 'system', 'provider')),
    actor_id    uuid,
    params      jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (merchant_id, order_id, id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES customer_order
);
CREATE UNIQUE INDEX order_fact_once ON order_fact (merchant_id, order_id, kind)
    WHERE kind IN ('placed', 'registered', 'confirmed', 'cancelled');
CREATE INDEX order_fact_recent ON order_fact (merchant_id, at DESC, id DESC);
