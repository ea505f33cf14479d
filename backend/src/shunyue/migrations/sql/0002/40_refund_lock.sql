-- Never more refunded than paid, whatever code did. The reference of each rival's row holds the
-- charge's key already: a stronger lock than this one would wait for it, and they for each other.
CREATE OR REPLACE FUNCTION refund_within_charge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_paid bigint;
    v_refunds bigint;
BEGIN
    SELECT amount_fen INTO v_paid FROM payment_attempt
     WHERE merchant_id = NEW.merchant_id AND id = NEW.attempt_id AND state = 'paid' FOR NO KEY UPDATE;
    SELECT sum(amount_fen) INTO v_refunds FROM refund
     WHERE merchant_id = NEW.merchant_id AND attempt_id = NEW.attempt_id AND state <> 'closed';
    IF v_paid IS NULL OR v_refunds > v_paid THEN
        RAISE EXCEPTION 'refunds % exceed the charge %', v_refunds, v_paid
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_within_charge';
    END IF;
    RETURN NULL;
END $$;
