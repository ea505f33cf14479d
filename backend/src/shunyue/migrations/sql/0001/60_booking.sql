-- Booking: who holds which places of a slot.

CREATE TABLE hold (
    merchant_id     uuid NOT NULL,
    id              uuid NOT NULL,
    slot_id         uuid NOT NULL,
    customer_id     uuid NOT NULL,
    party_size      int NOT NULL CHECK (party_size > 0),
    -- active: chosen; confirmed: an order was issued for it.
    state           text NOT NULL DEFAULT 'active'
                    CHECK (state IN ('active', 'confirmed', 'released', 'expired')),
    idempotency_key uuid NOT NULL,
    held_at         timestamptz NOT NULL DEFAULT app_now(),
    -- Null: kept until somebody gives it back (registered, or booked).
    expires_at      timestamptz,
    confirmed_at    timestamptz,
    ended_at        timestamptz,
    PRIMARY KEY (merchant_id, id),
    CONSTRAINT hold_once UNIQUE (merchant_id, customer_id, idempotency_key),
    FOREIGN KEY (merchant_id, slot_id) REFERENCES slot,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customer,
    CHECK ((ended_at IS NOT NULL) = (state IN ('released', 'expired')))
);
CREATE INDEX hold_expiring ON hold (merchant_id, slot_id, expires_at)
    WHERE state IN ('active', 'confirmed') AND expires_at IS NOT NULL;
CREATE INDEX hold_due ON hold (expires_at)
    WHERE state IN ('active', 'confirmed') AND expires_at IS NOT NULL;
CREATE INDEX hold_choosing ON hold (merchant_id, customer_id) WHERE state = 'active';

-- The agreed use of a slot: paid, or free of charge.
CREATE TABLE booking (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    order_id    uuid NOT NULL,
    hold_id     uuid NOT NULL,
    slot_id     uuid NOT NULL,
    party_size  int NOT NULL CHECK (party_size > 0),
    booked_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    CONSTRAINT booking_once_per_order UNIQUE (merchant_id, order_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES customer_order,
    FOREIGN KEY (merchant_id, hold_id) REFERENCES hold,
    FOREIGN KEY (merchant_id, slot_id) REFERENCES slot
);
CREATE INDEX booking_of_slot ON booking (merchant_id, slot_id);
