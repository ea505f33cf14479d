-- What may be booked when, in versions. Orders keep the number of theirs; the offering's own columns
-- are the newest version, for whoever reads offerings.

ALTER TABLE offering ADD COLUMN max_open int DEFAULT 3 CHECK (max_open > 0);

CREATE TABLE offering_rules (
    merchant_id      uuid NOT NULL,
    offering_id      uuid NOT NULL,
    version          int NOT NULL CHECK (version > 0),
    -- How many bookings that have not ended yet a customer may have with the merchant; null: any.
    max_open         int CHECK (max_open > 0),
    max_party        int NOT NULL CHECK (max_party > 0),
    notice_minutes   int NOT NULL CHECK (notice_minutes >= 0),
    horizon_days     int NOT NULL CHECK (horizon_days BETWEEN 1 AND 365),
    free_until_hours int NOT NULL CHECK (free_until_hours >= 0),
    fee_percent      int NOT NULL CHECK (fee_percent BETWEEN 0 AND 100),
    changed_at       timestamptz NOT NULL,
    -- Null: they came with the offering.
    changed_by       uuid,
    CONSTRAINT rules_changed_once PRIMARY KEY (merchant_id, offering_id, version),
    FOREIGN KEY (merchant_id, offering_id) REFERENCES offering,
    FOREIGN KEY (merchant_id, changed_by) REFERENCES staff_member
);
ALTER TABLE offering_rules ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_merchant ON offering_rules TO shunyue_app
    USING (merchant_id = nullif(current_setting('app.merchant_id', true), '')::uuid);
GRANT SELECT, INSERT ON offering_rules TO shunyue_app;

INSERT INTO offering_rules
SELECT merchant_id, id, rules_version, max_open, max_party, notice_minutes, horizon_days,
       free_until_hours, fee_percent, app_now(), NULL FROM offering;

-- However an offering comes into being, its history begins with it.
CREATE FUNCTION begin_offering_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO offering_rules
    VALUES (NEW.merchant_id, NEW.id, NEW.rules_version, NEW.max_open, NEW.max_party,
            NEW.notice_minutes, NEW.horizon_days, NEW.free_until_hours, NEW.fee_percent, app_now(), NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER offering_rules_begin AFTER INSERT ON offering
    FOR EACH ROW EXECUTE FUNCTION begin_offering_rules();

-- The rules that decide about places lie on the slot, so that taking one reads nothing else.
ALTER TABLE slot
    -- From here on it can be booked; null: from the start.
    ADD COLUMN opens_at timestamptz CHECK (opens_at <= starts_at),
    ADD COLUMN max_open int CHECK (max_open > 0);
UPDATE slot s
   SET max_open = o.max_open,
       opens_at = ((s.starts_at AT TIME ZONE m.time_zone)::date - o.horizon_days)::timestamp
                  AT TIME ZONE m.time_zone
  FROM offering o JOIN merchant m ON m.merchant_id = o.merchant_id
 WHERE o.merchant_id = s.merchant_id AND o.id = s.offering_id AND s.starts_at > app_now();

-- Counting a customer's open bookings must not read what they once booked.
ALTER TABLE hold ADD COLUMN slot_ends_at timestamptz;
UPDATE hold h SET slot_ends_at = s.ends_at FROM slot s
 WHERE s.merchant_id = h.merchant_id AND s.id = h.slot_id;
ALTER TABLE hold ALTER COLUMN slot_ends_at SET NOT NULL;
CREATE INDEX hold_open ON hold (merchant_id, customer_id, slot_ends_at) WHERE state = 'confirmed';
