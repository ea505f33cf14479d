-- The address under which a customer's calendar follows their bookings. It holds no secret: the
-- address is signed, and a higher version ends those that were given away before.
CREATE TABLE calendar_link (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    version     int NOT NULL DEFAULT 1 CHECK (version > 0),
    PRIMARY KEY (merchant_id, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customer
);
ALTER TABLE calendar_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_merchant ON calendar_link TO shunyue_app
    USING (merchant_id = nullif(current_setting('app.merchant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_link TO shunyue_app;
