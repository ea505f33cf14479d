-- A cancelled booking whose fee was kept: neither paid for nor wholly given back.
ALTER TABLE customer_order DROP CONSTRAINT customer_order_payment_state_check;
ALTER TABLE customer_order ADD CONSTRAINT customer_order_payment_state_check CHECK (payment_state IN
    ('none', 'pending', 'checking', 'paid', 'refunding', 'refunded', 'part_refunded', 'refund_failed'));
