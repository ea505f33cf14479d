-- A refund that the payer's account refused: nobody is at it but people.

ALTER TABLE customer_order DROP CONSTRAINT customer_order_payment_state_check;
ALTER TABLE customer_order ADD CONSTRAINT customer_order_payment_state_check CHECK (payment_state IN
    ('none', 'pending', 'checking', 'paid', 'refunding', 'refunded', 'refund_failed'));
UPDATE customer_order o SET payment_state = 'refund_failed'
 WHERE o.payment_state = 'refunding' AND EXISTS (
       SELECT 1 FROM refund r WHERE r.merchant_id = o.merchant_id AND r.order_id = o.id
          AND r.state = 'abnormal' AND r.reason <> 'paid_twice');
