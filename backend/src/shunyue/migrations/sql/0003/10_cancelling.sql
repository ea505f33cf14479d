-- A cancelled booking stays as what was agreed once; it does not count any more.
ALTER TABLE booking
    ADD COLUMN cancelled_at timestamptz,
    ADD COLUMN cancelled_by text CHECK (cancelled_by IN ('customer', 'staff')),
    ADD CHECK ((cancelled_at IS NULL) = (cancelled_by IS NULL));

-- Cancelling is final, whatever code did: whoever comes later takes a new place.
CREATE FUNCTION booking_stays_cancelled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'booking % is cancelled', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'booking_stays_cancelled';
END $$;
CREATE TRIGGER booking_stays_cancelled BEFORE UPDATE ON booking
    FOR EACH ROW WHEN (OLD.cancelled_at IS NOT NULL) EXECUTE FUNCTION booking_stays_cancelled();

-- What the merchant tells the customer. Kept here because an order ends only once no charge can land.
ALTER TABLE customer_order
    ADD COLUMN end_note text CHECK (char_length(end_note) BETWEEN 1 AND 200),
    ADD CHECK (end_note IS NULL OR end_reason = 'merchant');

-- What is not kept of a cancelled booking goes back once, like every refund that nobody asks twice for.
DROP INDEX refund_automatic_once;
CREATE UNIQUE INDEX refund_automatic_once ON refund (merchant_id, attempt_id)
    WHERE reason IN ('late_without_place', 'order_cancelled', 'paid_twice',
                     'cancelled_by_customer', 'cancelled_by_merchant') AND state <> 'closed';
