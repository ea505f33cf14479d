-- Scheduling: which slots exist, and who or what they keep busy.

-- Days decided by the state, not by merchants: holidays and make-up workdays.
CREATE TABLE statutory_day (
    country text NOT NULL,
    on_date date NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('holiday', 'workday')),
    name    text NOT NULL,
    PRIMARY KEY (country, on_date)
);

CREATE TABLE resource (
    merchant_id uuid NOT NULL REFERENCES merchant,
    id          uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('staff', 'room', 'equipment', 'team')),
    name        text NOT NULL,
    title       text NOT NULL DEFAULT '',
    bio         text NOT NULL DEFAULT '',
    photo_url   text NOT NULL DEFAULT '',
    position    int NOT NULL DEFAULT 0,
    is_active   boolean NOT NULL DEFAULT true,
    PRIMARY KEY (merchant_id, id)
);

CREATE TABLE offering_resource (
    merchant_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, offering_id, resource_id),
    FOREIGN KEY (merchant_id, offering_id) REFERENCES offering,
    FOREIGN KEY (merchant_id, resource_id) REFERENCES resource
);

-- Hours of a resource on a weekday (1 = Monday), local time. A break is shown grey with its name.
CREATE TABLE working_hours (
    merchant_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    weekday     int NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    starts      time NOT NULL,
    ends        time NOT NULL CHECK (ends > starts),
    break_name  text,
    PRIMARY KEY (merchant_id, resource_id, weekday, starts),
    FOREIGN KEY (merchant_id, resource_id) REFERENCES resource
);

-- A day or part of it that differs: of one resource, or of the whole merchant (resource null).
CREATE TABLE calendar_exception (
    merchant_id uuid NOT NULL REFERENCES merchant,
    id          uuid NOT NULL,
    resource_id uuid,
    on_date     date NOT NULL,
    starts      time,
    ends        time,
    is_open     boolean NOT NULL,
    name        text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, resource_id) REFERENCES resource,
    CHECK ((starts IS NULL) = (ends IS NULL)),
    CHECK (ends > starts)
);
CREATE INDEX calendar_exception_day ON calendar_exception (merchant_id, on_date);

-- How an offering's slots are made. `start_times` are local; capacity counts places.
CREATE TABLE slot_plan (
    merchant_id    uuid NOT NULL,
    offering_id    uuid NOT NULL,
    start_times    time[] NOT NULL,
    capacity       int NOT NULL CHECK (capacity > 0),
    buffer_minutes int NOT NULL DEFAULT 0 CHECK (buffer_minutes >= 0),
    is_per_resource boolean NOT NULL DEFAULT true,
    extended_to    date,
    PRIMARY KEY (merchant_id, offering_id),
    FOREIGN KEY (merchant_id, offering_id) REFERENCES offering
);

CREATE TABLE slot (
    merchant_id   uuid NOT NULL,
    id            uuid NOT NULL,
    offering_id   uuid NOT NULL,
    resource_id   uuid,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL CHECK (ends_at > starts_at),
    -- From here on it is too late to book (starts_at minus the notice the merchant asks for).
    closes_at     timestamptz NOT NULL CHECK (closes_at <= starts_at),
    capacity      int NOT NULL CHECK (capacity > 0),
    max_party     int NOT NULL CHECK (max_party > 0),
    places_taken  int NOT NULL DEFAULT 0,
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    closed_reason text,
    closed_text   text,
    -- true: its resources are busy only while somebody holds a place (a lesson);
    -- false: they are busy from the moment it is scheduled (a talk), or it needs none.
    is_occupying_when_taken boolean NOT NULL DEFAULT false,
    occupied_from  timestamptz NOT NULL,
    occupied_until timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, offering_id) REFERENCES offering,
    FOREIGN KEY (merchant_id, resource_id) REFERENCES resource,
    CONSTRAINT slot_never_oversold CHECK (places_taken BETWEEN 0 AND capacity),
    CHECK ((state = 'closed') = (closed_reason IS NOT NULL))
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX slot_once ON slot (merchant_id, offering_id, starts_at, resource_id) NULLS NOT DISTINCT;

CREATE TABLE slot_resource (
    merchant_id uuid NOT NULL,
    slot_id     uuid NOT NULL,
    resource_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, slot_id, resource_id),
    FOREIGN KEY (merchant_id, slot_id) REFERENCES slot ON DELETE CASCADE,
    FOREIGN KEY (merchant_id, resource_id) REFERENCES resource
);
CREATE INDEX slot_resource_resource ON slot_resource (merchant_id, resource_id, slot_id);

-- Time a resource is busy, buffers included. Two rows of one resource can never overlap.
CREATE TABLE occupancy (
    merchant_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    slot_id     uuid NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL CHECK (ends_at > starts_at),
    -- Null: kept. Otherwise it stops counting at this instant, whoever looks.
    expires_at  timestamptz,
    PRIMARY KEY (merchant_id, resource_id, slot_id),
    FOREIGN KEY (merchant_id, slot_id) REFERENCES slot ON DELETE CASCADE,
    FOREIGN KEY (merchant_id, resource_id) REFERENCES resource,
    CONSTRAINT occupancy_never_twice EXCLUDE USING gist (
        merchant_id WITH =, resource_id WITH =, tstzrange(starts_at, ends_at) WITH &&
    )
);
-- Plain bounds: range operators are not leakproof and lose their index under row-level security.
CREATE INDEX occupancy_resource ON occupancy (merchant_id, resource_id, starts_at);
CREATE INDEX occupancy_slot ON occupancy (merchant_id, slot_id);
