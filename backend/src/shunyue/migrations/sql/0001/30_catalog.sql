-- Catalog: what a merchant sells and under which rules.

CREATE TABLE location (
    merchant_id uuid NOT NULL REFERENCES merchant,
    id          uuid NOT NULL,
    name        text NOT NULL,
    address     text NOT NULL,
    PRIMARY KEY (merchant_id, id)
);

CREATE TABLE offering (
    merchant_id      uuid NOT NULL REFERENCES merchant,
    id               uuid NOT NULL,
    kind             text NOT NULL CHECK (kind IN ('personal', 'business', 'event')),
    name             text NOT NULL,
    summary          text NOT NULL,
    facts            text[] NOT NULL DEFAULT '{}',
    content          jsonb NOT NULL DEFAULT '[]',
    notes            text[] NOT NULL DEFAULT '{}',
    cover_url        text NOT NULL DEFAULT '',
    images           text[] NOT NULL DEFAULT '{}',
    price_fen        bigint NOT NULL CHECK (price_fen >= 0),
    is_price_from    boolean NOT NULL DEFAULT false,
    price_unit       text NOT NULL,
    price_note       text,
    duration_minutes int NOT NULL CHECK (duration_minutes > 0),
    location_mode    text NOT NULL CHECK (location_mode IN ('on_site', 'at_customer')),
    location_id      uuid,
    room             text,
    service_area     text,
    resource_word    text NOT NULL,
    free_until_hours int NOT NULL CHECK (free_until_hours >= 0),
    fee_percent      int NOT NULL CHECK (fee_percent BETWEEN 0 AND 100),
    max_party        int NOT NULL CHECK (max_party > 0),
    notice_minutes   int NOT NULL CHECK (notice_minutes >= 0),
    horizon_days     int NOT NULL CHECK (horizon_days BETWEEN 1 AND 365),
    rules_version    int NOT NULL DEFAULT 1,
    position         int NOT NULL DEFAULT 0,
    is_published     boolean NOT NULL DEFAULT true,
    rating_sum       int NOT NULL DEFAULT 0,
    rating_stars     int[] NOT NULL DEFAULT '{0,0,0,0,0}',
    review_count     int NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, location_id) REFERENCES location
);

CREATE TABLE review (
    merchant_id uuid NOT NULL REFERENCES merchant,
    id          uuid NOT NULL,
    offering_id uuid NOT NULL,
    author      text NOT NULL,
    rating      int NOT NULL CHECK (rating BETWEEN 1 AND 5),
    text        text NOT NULL DEFAULT '',
    reply       text,
    reviewed_on date NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, offering_id) REFERENCES offering
);
CREATE INDEX review_of_offering ON review (merchant_id, offering_id, reviewed_on DESC, id DESC);
