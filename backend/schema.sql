CREATE SCHEMA queue;

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';

CREATE TYPE public.place_outcome AS (
	ord integer,
	outcome text,
	hold_id uuid,
	slot_id uuid,
	party_size integer,
	expires_at timestamp with time zone,
	places_left integer,
	capacity integer
);

CREATE TYPE queue.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);

CREATE FUNCTION public.app_now() RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT now() $$;

CREATE FUNCTION public.begin_offering_rules() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO offering_rules
    VALUES (NEW.merchant_id, NEW.id, NEW.rules_version, NEW.max_open, NEW.max_party,
            NEW.notice_minutes, NEW.horizon_days, NEW.free_until_hours, NEW.fee_percent, app_now(), NULL);
    RETURN NULL;
END $$;

CREATE FUNCTION public.booking_stays_cancelled() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'booking % is cancelled', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'booking_stays_cancelled';
END $$;

CREATE FUNCTION public.give_places_back(p_merchant_id uuid, p_hold_ids uuid[], p_state text) RETURNS TABLE(hold_id uuid, slot_id uuid, offering_id uuid)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
DECLARE
    v_now timestamptz := app_now();
    v_slots uuid[];
BEGIN
    SELECT array_agg(DISTINCT h.slot_id) INTO v_slots FROM hold h
     WHERE h.merchant_id = p_merchant_id AND h.id = ANY (p_hold_ids);
    PERFORM 1 FROM slot s WHERE s.merchant_id = p_merchant_id AND s.id = ANY (v_slots)
     ORDER BY s.id FOR NO KEY UPDATE;
    RETURN QUERY
    WITH ended AS (
        UPDATE hold h SET state = p_state, ended_at = v_now
         WHERE h.merchant_id = p_merchant_id AND h.id = ANY (p_hold_ids)
           AND h.state IN ('active', 'confirmed')
           AND (p_state <> 'expired' OR h.expires_at <= v_now)
        RETURNING h.id, h.slot_id, h.party_size, h.customer_id, h.confirmed_at
    ), given AS (
        UPDATE slot s SET places_taken = s.places_taken - n.places
          FROM (SELECT e.slot_id, sum(e.party_size)::int AS places FROM ended e GROUP BY e.slot_id) n
         WHERE s.merchant_id = p_merchant_id AND s.id = n.slot_id
        RETURNING s.id, s.offering_id
    ), told AS (
        INSERT INTO outbox (merchant_id, name, payload)
        SELECT p_merchant_id, 'booking.hold_' || p_state || '.v1', jsonb_build_object(
                   'hold_id', e.id, 'slot_id', e.slot_id, 'offering_id', g.offering_id,
                   'customer_id', e.customer_id, 'party_size', e.party_size,
                   'is_confirmed', e.confirmed_at IS NOT NULL)
          FROM ended e JOIN given g ON g.id = e.slot_id
    )
    SELECT e.id, e.slot_id, g.offering_id FROM ended e JOIN given g ON g.id = e.slot_id;
    PERFORM refresh_occupancy(p_merchant_id, v_slots);
END $$;

CREATE FUNCTION public.ledger_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.ledger_sums_to_zero() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (SELECT coalesce(sum(amount_fen), 0) FROM ledger_entry
         WHERE merchant_id = NEW.merchant_id AND transaction_id = NEW.transaction_id) <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % does not sum to zero', NEW.transaction_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sums_to_zero';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.logins_ended_since(p_at timestamp with time zone) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
    SELECT id FROM login WHERE ended_at > p_at
$$;

CREATE FUNCTION public.merchant_of_payment_channel(p_id uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
    SELECT merchant_id FROM payment_channel WHERE id = p_id
$$;

CREATE FUNCTION public.merchants_with_holds_due() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
    SELECT DISTINCT h.merchant_id FROM (
        SELECT h.merchant_id FROM hold h
         WHERE h.state IN ('active', 'confirmed') AND h.expires_at <= app_now()
         ORDER BY h.expires_at LIMIT 5000) h
$$;

CREATE FUNCTION public.place_wishes(p_merchant_id uuid, p_slot_ids uuid[], p_party_sizes integer[], p_customer_ids uuid[], p_keys uuid[], p_hold_ids uuid[], p_minutes integer, p_has_resources boolean) RETURNS SETOF public.place_outcome
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_now timestamptz := app_now();
    v_expires_at timestamptz := app_now() + make_interval(mins => p_minutes);
BEGIN
    RETURN QUERY
    WITH judged AS (
        SELECT w.*, s.offering_id, s.capacity, s.max_party, s.places_left, s.ends_at,
               s.max_open, open.bookings AS open_bookings,
               seen.id AS seen_id, seen.slot_id AS seen_slot_id,
               seen.party_size AS seen_party_size, seen.expires_at AS seen_expires_at,
               CASE WHEN seen.slot_id = w.slot_id AND seen.party_size = w.party_size THEN 'replayed'
                    WHEN seen.id IS NOT NULL THEN 'key_reused'
                    WHEN s.capacity IS NULL THEN 'not_found'
                    WHEN s.state <> 'open' THEN 'closed'
                    WHEN s.starts_at <= v_now THEN 'past'
                    WHEN s.closes_at <= v_now AND p_minutes IS NOT NULL THEN 'too_late'
                    WHEN s.opens_at > v_now AND p_minutes IS NOT NULL THEN 'too_early'
                    WHEN w.party_size > s.max_party THEN 'party_too_large'
                    WHEN open.bookings >= s.max_open THEN 'too_many_open'
               END AS refusal
          FROM unnest(p_slot_ids, p_party_sizes, p_customer_ids, p_keys, p_hold_ids)
               WITH ORDINALITY AS w (slot_id, party_size, customer_id, key, hold_id, ord)
          LEFT JOIN LATERAL (
               SELECT h.id, h.slot_id, h.party_size, h.expires_at FROM hold h
                WHERE h.merchant_id = p_merchant_id AND h.customer_id = w.customer_id
                  AND h.idempotency_key = w.key LIMIT 1) seen ON true
          LEFT JOIN LATERAL (
               SELECT s.offering_id, s.capacity, s.max_party, s.state, s.starts_at, s.ends_at,
                      s.opens_at, s.closes_at, s.max_open,
                      s.capacity - s.places_taken AS places_left FROM slot s
                WHERE s.merchant_id = p_merchant_id AND s.id = w.slot_id LIMIT 1) s ON true
          -- A choice that is not confirmed does not count: there is at most one (hold_one_choice), and
          -- this wish replaces it. Nor is late money refused: it has paid for its place.
          LEFT JOIN LATERAL (
               SELECT count(*)::int AS bookings FROM hold h
                WHERE h.merchant_id = p_merchant_id AND h.customer_id = w.customer_id
                  AND h.state = 'confirmed' AND h.slot_ends_at > v_now
                  AND (h.expires_at IS NULL OR h.expires_at > v_now)
                  AND s.max_open IS NOT NULL AND p_minutes IS NOT NULL) open ON true
    ), counted AS (
        SELECT r.*, max(r.running) FILTER (WHERE r.running <= r.places_left)
                    OVER (PARTITION BY r.slot_id) AS places_going
          FROM (
            SELECT j.*, sum(j.party_size) OVER (PARTITION BY j.slot_id ORDER BY j.ord
                                                ROWS UNBOUNDED PRECEDING) AS running
              FROM judged j WHERE j.refusal IS NULL) r
    ), fitting AS (
        SELECT c.* FROM counted c WHERE c.running <= c.places_left
    ), needed AS (
        SELECT DISTINCT sr.slot_id, sr.resource_id, s.occupied_from, s.occupied_until
          FROM fitting f
          JOIN slot s ON s.merchant_id = p_merchant_id AND s.id = f.slot_id
           AND s.is_occupying_when_taken AND s.places_taken = 0
          JOIN slot_resource sr ON sr.merchant_id = p_merchant_id AND sr.slot_id = s.id
         WHERE p_has_resources
    ), got AS (
        INSERT INTO occupancy (merchant_id, resource_id, slot_id, starts_at, ends_at, expires_at)
        SELECT p_merchant_id, n.resource_id, n.slot_id, n.occupied_from, n.occupied_until, v_expires_at
          FROM needed n ORDER BY n.resource_id, n.occupied_from
        ON CONFLICT DO NOTHING
        RETURNING occupancy.slot_id
    ), busy AS (
        SELECT n.slot_id FROM needed n GROUP BY n.slot_id
        HAVING count(*) > (SELECT count(*) FROM got g WHERE g.slot_id = n.slot_id)
    ), won AS (
        SELECT f.* FROM fitting f WHERE NOT EXISTS (SELECT 1 FROM busy b WHERE b.slot_id = f.slot_id)
    ), taken AS (
        UPDATE slot s SET places_taken = s.places_taken + n.places_going
          FROM (SELECT DISTINCT w.slot_id, w.places_going FROM won w) n
         WHERE s.merchant_id = p_merchant_id AND s.id = n.slot_id
    ), held AS (
        INSERT INTO hold (merchant_id, id, slot_id, customer_id, party_size, idempotency_key,
                          state, held_at, expires_at, confirmed_at, slot_ends_at)
        SELECT p_merchant_id, w.hold_id, w.slot_id, w.customer_id, w.party_size, w.key,
               CASE WHEN p_minutes IS NULL THEN 'confirmed' ELSE 'active' END, v_now, v_expires_at,
               CASE WHEN p_minutes IS NULL THEN v_now END, w.ends_at
          FROM won w ORDER BY w.customer_id
    ), told AS (
        INSERT INTO outbox (merchant_id, name, payload)
        SELECT p_merchant_id, 'booking.slot_held.v1', jsonb_build_object(
                   'hold_id', w.hold_id, 'slot_id', w.slot_id, 'offering_id', w.offering_id,
                   'customer_id', w.customer_id, 'party_size', w.party_size)
          FROM won w
    )
    SELECT j.ord::int, j.refusal,
           coalesce(j.seen_id, j.hold_id), coalesce(j.seen_slot_id, j.slot_id),
           coalesce(j.seen_party_size, j.party_size),
           CASE WHEN j.seen_id IS NULL THEN v_expires_at ELSE j.seen_expires_at END,
           CASE WHEN j.seen_id IS NOT NULL THEN NULL
                WHEN j.refusal = 'too_many_open' THEN j.open_bookings ELSE j.places_left END,
           CASE WHEN j.seen_id IS NOT NULL THEN NULL
                WHEN j.refusal = 'party_too_large' THEN j.max_party
                WHEN j.refusal = 'too_many_open' THEN j.max_open ELSE j.capacity END
      FROM judged j WHERE j.refusal IS NOT NULL
    UNION ALL
    SELECT c.ord::int,
           CASE WHEN b.slot_id IS NOT NULL THEN 'taken'
                WHEN c.running <= c.places_left THEN 'held'
                ELSE 'full' END,
           c.hold_id, c.slot_id, c.party_size, v_expires_at,
           CASE WHEN b.slot_id IS NOT NULL THEN c.places_left
                ELSE c.places_left - coalesce(c.places_going, 0)::int END,
           c.capacity
      FROM counted c
      LEFT JOIN busy b ON b.slot_id = c.slot_id;

    IF p_has_resources THEN
        PERFORM refresh_occupancy(p_merchant_id, p_slot_ids);
    END IF;
END $$;

CREATE FUNCTION public.refresh_occupancy(p_merchant_id uuid, p_slot_ids uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
    DELETE FROM occupancy o USING slot s
     WHERE o.merchant_id = p_merchant_id AND o.slot_id = ANY (p_slot_ids)
       AND s.merchant_id = o.merchant_id AND s.id = o.slot_id
       AND s.is_occupying_when_taken AND s.places_taken = 0;
    UPDATE occupancy o SET expires_at = open.expires_at
      FROM (SELECT h.slot_id,
                   CASE WHEN bool_or(h.expires_at IS NULL) THEN NULL ELSE max(h.expires_at) END AS expires_at
              FROM hold h JOIN slot s ON s.merchant_id = h.merchant_id AND s.id = h.slot_id
             WHERE h.merchant_id = p_merchant_id AND h.slot_id = ANY (p_slot_ids)
               AND h.state IN ('active', 'confirmed') AND s.is_occupying_when_taken
             GROUP BY h.slot_id) open
     WHERE o.merchant_id = p_merchant_id AND o.slot_id = open.slot_id
       AND o.expires_at IS DISTINCT FROM open.expires_at;
$$;

CREATE FUNCTION public.refund_within_charge() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.refuse_more_than_open(p_merchant_id uuid, p_hold_ids uuid[], p_minutes integer) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF p_minutes IS NOT NULL AND EXISTS (
        SELECT 1 FROM unnest(p_hold_ids) AS mine (id), LATERAL (
               -- Its state is looked at later: asked here, a plan made while the table was small reads
               -- all choices of the merchant through their partial index.
               SELECT h.customer_id, h.slot_id, h.state FROM hold h
                WHERE h.merchant_id = p_merchant_id AND h.id = mine.id OFFSET 0) h,
               LATERAL (
               SELECT s.max_open FROM slot s
                WHERE s.merchant_id = p_merchant_id AND s.id = h.slot_id
                  AND s.max_open IS NOT NULL OFFSET 0) s
         WHERE h.state = 'active' AND s.max_open <= (
               SELECT count(*) FROM hold other
                WHERE other.merchant_id = p_merchant_id AND other.customer_id = h.customer_id
                  AND other.state = 'confirmed' AND other.slot_ends_at > app_now()
                  AND (other.expires_at IS NULL OR other.expires_at > app_now())))
    THEN
        RAISE EXCEPTION 'an earlier choice was confirmed meanwhile' USING ERRCODE = 'unique_violation';
    END IF;
END $$;

CREATE FUNCTION public.take_places(p_merchant_id uuid, p_slot_ids uuid[], p_party_sizes integer[], p_customer_ids uuid[], p_keys uuid[], p_hold_ids uuid[], p_minutes integer, p_is_replacing boolean) RETURNS SETOF public.place_outcome
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    v_now timestamptz := app_now();
    -- Wishes that are decided one after the other, by their place in the batch.
    v_alone int[];
    v_left_slots uuid[];
    v_over uuid[];
    v_has_resources boolean;
    v_left_behind uuid[];
    v_placement place_outcome;
    v_ord int;
BEGIN
    PERFORM set_config('app.merchant_id', p_merchant_id::text, true);

    IF p_is_replacing THEN
        -- One look-up per customer (OFFSET 0): joined as sets, a plan made while the table was
        -- small reads all of a merchant's holds.
        SELECT array_agg(DISTINCT w.ord) FILTER (WHERE left_behind.slot_id IS NOT NULL OR w.nth > 1),
               array_agg(left_behind.slot_id) FILTER (WHERE left_behind.slot_id IS NOT NULL)
          INTO v_alone, v_left_slots
          FROM (SELECT c.customer_id, c.ord::int AS ord,
                       row_number() OVER (PARTITION BY c.customer_id ORDER BY c.ord) AS nth
                  FROM unnest(p_customer_ids) WITH ORDINALITY c (customer_id, ord)) w
          LEFT JOIN LATERAL (
               SELECT h.slot_id FROM hold h
                WHERE h.merchant_id = p_merchant_id AND h.customer_id = w.customer_id
                  AND h.state = 'active' AND h.idempotency_key <> ALL (p_keys) OFFSET 0
               ) left_behind ON true;
    END IF;

    SELECT bool_or(locked.is_occupying_when_taken) INTO v_has_resources FROM (
        SELECT s.is_occupying_when_taken FROM slot s
         WHERE s.merchant_id = p_merchant_id
           AND s.id = ANY (p_slot_ids || v_left_slots)
         ORDER BY s.id FOR NO KEY UPDATE) locked;

    IF v_has_resources THEN
        PERFORM 1 FROM resource r
         WHERE r.merchant_id = p_merchant_id AND r.id IN (
               SELECT sr.resource_id FROM slot_resource sr
                WHERE sr.merchant_id = p_merchant_id AND sr.slot_id = ANY (p_slot_ids))
         ORDER BY r.id FOR NO KEY UPDATE;
    END IF;

    SELECT array_agg(h.id) INTO v_over FROM hold h
     WHERE h.merchant_id = p_merchant_id AND h.slot_id = ANY (p_slot_ids)
       AND h.state IN ('active', 'confirmed') AND h.expires_at <= v_now;
    IF v_over IS NOT NULL THEN
        PERFORM give_places_back(p_merchant_id, v_over, 'expired');
    END IF;
    IF v_has_resources THEN
        -- Busy time of other slots that ran out: a constraint can't look at the clock.
        DELETE FROM occupancy o
         WHERE o.merchant_id = p_merchant_id AND o.expires_at <= v_now AND o.resource_id IN (
               SELECT sr.resource_id FROM slot_resource sr
                WHERE sr.merchant_id = p_merchant_id AND sr.slot_id = ANY (p_slot_ids));
    END IF;

    IF v_alone IS NULL THEN
        RETURN QUERY SELECT * FROM place_wishes(
            p_merchant_id, p_slot_ids, p_party_sizes, p_customer_ids, p_keys, p_hold_ids,
            p_minutes, v_has_resources);
        PERFORM refuse_more_than_open(p_merchant_id, p_hold_ids, p_minutes);
        RETURN;
    END IF;

    RETURN QUERY
    WITH first AS (
        SELECT array_agg(w.ord ORDER BY w.ord) AS ords, array_agg(w.slot_id ORDER BY w.ord) AS slots,
               array_agg(w.party_size ORDER BY w.ord) AS sizes,
               array_agg(w.customer_id ORDER BY w.ord) AS customers,
               array_agg(w.key ORDER BY w.ord) AS keys, array_agg(w.hold_id ORDER BY w.ord) AS holds
          FROM unnest(p_slot_ids, p_party_sizes, p_customer_ids, p_keys, p_hold_ids)
               WITH ORDINALITY AS w (slot_id, party_size, customer_id, key, hold_id, ord)
         WHERE w.ord <> ALL (v_alone)
    )
    SELECT first.ords[p.ord]::int, p.outcome, p.hold_id, p.slot_id, p.party_size, p.expires_at,
           p.places_left, p.capacity
      FROM first, LATERAL place_wishes(p_merchant_id, first.slots, first.sizes, first.customers,
                                       first.keys, first.holds, p_minutes, v_has_resources) p
     WHERE first.ords IS NOT NULL;

    FOREACH v_ord IN ARRAY v_alone LOOP
        BEGIN
            -- Only what lies in the locked slots; a choice that was confirmed meanwhile is left to
            -- its order.
            SELECT array_agg(locked.id) INTO v_left_behind FROM (
                SELECT h.id FROM hold h
                 WHERE h.merchant_id = p_merchant_id AND h.customer_id = p_customer_ids[v_ord]
                   AND h.slot_id = ANY (p_slot_ids || v_left_slots)
                   AND h.idempotency_key <> p_keys[v_ord]
                   AND h.state = 'active'
                 ORDER BY h.id FOR NO KEY UPDATE) locked;
            IF v_left_behind IS NOT NULL THEN
                PERFORM give_places_back(p_merchant_id, v_left_behind, 'released');
            END IF;
            SELECT * INTO v_placement FROM place_wishes(
                p_merchant_id, p_slot_ids[v_ord : v_ord], p_party_sizes[v_ord : v_ord],
                p_customer_ids[v_ord : v_ord], p_keys[v_ord : v_ord], p_hold_ids[v_ord : v_ord],
                p_minutes, v_has_resources);
            IF v_left_behind IS NOT NULL AND v_placement.outcome <> 'held' THEN
                RAISE EXCEPTION 'refused' USING ERRCODE = 'SY001';
            END IF;
        EXCEPTION WHEN SQLSTATE 'SY001' THEN
            NULL;  -- This undoes what the block did: the earlier choice was never given back.
        END;
        v_placement.ord := v_ord;
        RETURN NEXT v_placement;
    END LOOP;
    PERFORM refuse_more_than_open(p_merchant_id, p_hold_ids, p_minutes);
END $$;

CREATE FUNCTION queue.fn_pgqueuer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$;

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.audit_entry (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    subject_id uuid,
    reason text,
    details jsonb DEFAULT '{}'::jsonb NOT NULL
);

CREATE TABLE public.booking (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    hold_id uuid NOT NULL,
    slot_id uuid NOT NULL,
    party_size integer NOT NULL,
    booked_at timestamp with time zone NOT NULL,
    cancelled_at timestamp with time zone,
    cancelled_by text,
    CONSTRAINT booking_cancelled_by_check CHECK ((cancelled_by = ANY (ARRAY['customer'::text, 'staff'::text]))),
    CONSTRAINT booking_check CHECK (((cancelled_at IS NULL) = (cancelled_by IS NULL))),
    CONSTRAINT booking_party_size_check CHECK ((party_size > 0))
);

CREATE TABLE public.calendar_exception (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    resource_id uuid,
    on_date date NOT NULL,
    starts time without time zone,
    ends time without time zone,
    is_open boolean NOT NULL,
    name text NOT NULL,
    CONSTRAINT calendar_exception_check CHECK (((starts IS NULL) = (ends IS NULL))),
    CONSTRAINT calendar_exception_check1 CHECK ((ends > starts))
);

CREATE TABLE public.calendar_link (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT calendar_link_version_check CHECK ((version > 0))
);

CREATE TABLE public.customer (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    phone text NOT NULL,
    name text,
    created_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    CONSTRAINT customer_phone_check CHECK ((phone ~ '^\+[0-9]{6,15}$'::text))
);

CREATE TABLE public.customer_order (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    number text NOT NULL,
    customer_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    slot_id uuid NOT NULL,
    resource_id uuid,
    hold_id uuid NOT NULL,
    party_size integer NOT NULL,
    state text NOT NULL,
    payment_state text DEFAULT 'none'::text NOT NULL,
    terms jsonb NOT NULL,
    slot_starts_at timestamp with time zone NOT NULL,
    payable_fen bigint NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    register_by timestamp with time zone NOT NULL,
    registered_at timestamp with time zone,
    pay_by timestamp with time zone,
    paid_at timestamp with time zone,
    ended_at timestamp with time zone,
    end_reason text,
    end_note text,
    CONSTRAINT customer_order_check CHECK (((pay_by IS NULL) = (registered_at IS NULL))),
    CONSTRAINT customer_order_check1 CHECK (((end_note IS NULL) OR (end_reason = 'merchant'::text))),
    CONSTRAINT customer_order_end_note_check CHECK (((char_length(end_note) >= 1) AND (char_length(end_note) <= 200))),
    CONSTRAINT customer_order_end_reason_check CHECK ((end_reason = ANY (ARRAY['registration_window'::text, 'payment_window'::text, 'customer'::text, 'merchant'::text]))),
    CONSTRAINT customer_order_number_check CHECK ((number ~ '^[0-9]{12}$'::text)),
    CONSTRAINT customer_order_party_size_check CHECK ((party_size > 0)),
    CONSTRAINT customer_order_payable_fen_check CHECK ((payable_fen >= 0)),
    CONSTRAINT customer_order_payment_state_check CHECK ((payment_state = ANY (ARRAY['none'::text, 'pending'::text, 'checking'::text, 'paid'::text, 'refunding'::text, 'refunded'::text, 'part_refunded'::text, 'refund_failed'::text]))),
    CONSTRAINT customer_order_state_check CHECK ((state = ANY (ARRAY['awaiting_registration'::text, 'awaiting_payment'::text, 'confirmed'::text, 'expired'::text, 'cancelled'::text])))
);

CREATE TABLE public.form (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    version integer NOT NULL,
    title text NOT NULL,
    fields jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    CONSTRAINT form_kind_check CHECK ((kind = ANY (ARRAY['personal'::text, 'business'::text, 'event'::text])))
);

CREATE TABLE public.hold (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    slot_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    party_size integer NOT NULL,
    state text DEFAULT 'active'::text NOT NULL,
    idempotency_key uuid NOT NULL,
    held_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    expires_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    ended_at timestamp with time zone,
    slot_ends_at timestamp with time zone NOT NULL,
    CONSTRAINT hold_check CHECK (((ended_at IS NOT NULL) = (state = ANY (ARRAY['released'::text, 'expired'::text])))),
    CONSTRAINT hold_party_size_check CHECK ((party_size > 0)),
    CONSTRAINT hold_state_check CHECK ((state = ANY (ARRAY['active'::text, 'confirmed'::text, 'released'::text, 'expired'::text])))
);

CREATE TABLE public.idempotent_answer (
    merchant_id uuid NOT NULL,
    actor_id uuid NOT NULL,
    key uuid NOT NULL,
    request_hash bytea NOT NULL,
    status integer,
    body bytea,
    started_at timestamp with time zone DEFAULT public.app_now() NOT NULL
);

CREATE TABLE public.inbox_message (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    order_number text,
    created_at timestamp with time zone NOT NULL,
    read_at timestamp with time zone
);

CREATE TABLE public.ledger_entry (
    merchant_id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    account text NOT NULL,
    amount_fen bigint NOT NULL,
    CONSTRAINT ledger_entry_account_check CHECK ((account = ANY (ARRAY['channel_clearing'::text, 'customer_prepayment'::text, 'revenue'::text, 'refund_clearing'::text, 'exception'::text]))),
    CONSTRAINT ledger_entry_amount_fen_check CHECK ((amount_fen <> 0))
);

CREATE TABLE public.ledger_transaction (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    order_id uuid NOT NULL,
    source_id uuid NOT NULL,
    posted_at timestamp with time zone NOT NULL
);

CREATE TABLE public.location (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    address text NOT NULL
);

CREATE TABLE public.login (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid NOT NULL,
    refresh_hash bytea NOT NULL,
    previous_hash bytea,
    asked_with bytea NOT NULL,
    device text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    last_used_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT login_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['customer'::text, 'staff'::text])))
);

CREATE TABLE public.login_code (
    merchant_id uuid NOT NULL,
    phone text NOT NULL,
    code_hash bytea NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries_left integer NOT NULL,
    CONSTRAINT login_code_tries_left_check CHECK ((tries_left >= 0))
);

CREATE TABLE public.mailbox_message (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    text text NOT NULL,
    code text,
    sent_at timestamp with time zone DEFAULT public.app_now() NOT NULL
);

CREATE TABLE public.merchant (
    merchant_id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    tagline text DEFAULT ''::text NOT NULL,
    city text DEFAULT ''::text NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    payee_name text NOT NULL,
    time_zone text NOT NULL,
    is_open_on_holidays boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    CONSTRAINT merchant_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{1,30}$'::text))
);

CREATE TABLE public.occupancy (
    merchant_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    slot_id uuid NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT occupancy_check CHECK ((ends_at > starts_at))
);

CREATE TABLE public.offering (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    summary text NOT NULL,
    facts text[] DEFAULT '{}'::text[] NOT NULL,
    content jsonb DEFAULT '[]'::jsonb NOT NULL,
    notes text[] DEFAULT '{}'::text[] NOT NULL,
    cover_url text DEFAULT ''::text NOT NULL,
    images text[] DEFAULT '{}'::text[] NOT NULL,
    price_fen bigint NOT NULL,
    is_price_from boolean DEFAULT false NOT NULL,
    price_unit text NOT NULL,
    price_note text,
    duration_minutes integer NOT NULL,
    location_mode text NOT NULL,
    location_id uuid,
    room text,
    service_area text,
    resource_word text NOT NULL,
    free_until_hours integer NOT NULL,
    fee_percent integer NOT NULL,
    max_party integer NOT NULL,
    notice_minutes integer NOT NULL,
    horizon_days integer NOT NULL,
    rules_version integer DEFAULT 1 NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    is_published boolean DEFAULT true NOT NULL,
    rating_sum integer DEFAULT 0 NOT NULL,
    rating_stars integer[] DEFAULT '{0,0,0,0,0}'::integer[] NOT NULL,
    review_count integer DEFAULT 0 NOT NULL,
    max_open integer DEFAULT 3,
    CONSTRAINT offering_duration_minutes_check CHECK ((duration_minutes > 0)),
    CONSTRAINT offering_fee_percent_check CHECK (((fee_percent >= 0) AND (fee_percent <= 100))),
    CONSTRAINT offering_free_until_hours_check CHECK ((free_until_hours >= 0)),
    CONSTRAINT offering_horizon_days_check CHECK (((horizon_days >= 1) AND (horizon_days <= 365))),
    CONSTRAINT offering_kind_check CHECK ((kind = ANY (ARRAY['personal'::text, 'business'::text, 'event'::text]))),
    CONSTRAINT offering_location_mode_check CHECK ((location_mode = ANY (ARRAY['on_site'::text, 'at_customer'::text]))),
    CONSTRAINT offering_max_open_check CHECK ((max_open > 0)),
    CONSTRAINT offering_max_party_check CHECK ((max_party > 0)),
    CONSTRAINT offering_notice_minutes_check CHECK ((notice_minutes >= 0)),
    CONSTRAINT offering_price_fen_check CHECK ((price_fen >= 0))
);

CREATE TABLE public.offering_resource (
    merchant_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    resource_id uuid NOT NULL
);

CREATE TABLE public.offering_rules (
    merchant_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    version integer CONSTRAINT offering_rules_version_not_null1 NOT NULL,
    max_open integer,
    max_party integer NOT NULL,
    notice_minutes integer NOT NULL,
    horizon_days integer NOT NULL,
    free_until_hours integer NOT NULL,
    fee_percent integer NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    changed_by uuid,
    CONSTRAINT offering_rules_fee_percent_check CHECK (((fee_percent >= 0) AND (fee_percent <= 100))),
    CONSTRAINT offering_rules_free_until_hours_check CHECK ((free_until_hours >= 0)),
    CONSTRAINT offering_rules_horizon_days_check CHECK (((horizon_days >= 1) AND (horizon_days <= 365))),
    CONSTRAINT offering_rules_max_open_check CHECK ((max_open > 0)),
    CONSTRAINT offering_rules_max_party_check CHECK ((max_party > 0)),
    CONSTRAINT offering_rules_notice_minutes_check CHECK ((notice_minutes >= 0)),
    CONSTRAINT offering_rules_version_check CHECK ((version > 0))
);

CREATE TABLE public.order_fact (
    merchant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT order_fact_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['customer'::text, 'staff'::text, 'system'::text, 'provider'::text])))
);

CREATE TABLE public.outbox (
    merchant_id uuid NOT NULL,
    id bigint NOT NULL,
    name text NOT NULL,
    payload jsonb NOT NULL,
    emitted_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    relayed_at timestamp with time zone
);

CREATE TABLE public.outbox_delivery (
    merchant_id uuid NOT NULL,
    event_id bigint NOT NULL,
    handler text NOT NULL,
    due_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    delivered_at timestamp with time zone,
    last_error text
);

ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.payment (
    merchant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    payable_fen bigint NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    settled_attempt_id uuid,
    opened_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT payment_check CHECK (((settled_attempt_id IS NOT NULL) = (settled_at IS NOT NULL))),
    CONSTRAINT payment_payable_fen_check CHECK ((payable_fen > 0)),
    CONSTRAINT payment_state_check CHECK ((state = ANY (ARRAY['open'::text, 'stopping'::text, 'stopped'::text, 'settled'::text])))
);

CREATE TABLE public.payment_attempt (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    scene text NOT NULL,
    out_trade_no text NOT NULL,
    amount_fen bigint NOT NULL,
    description text NOT NULL,
    state text NOT NULL,
    prompt jsonb,
    return_url text,
    client_ip text DEFAULT ''::text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    paid_at timestamp with time zone,
    transaction_id text,
    CONSTRAINT payment_attempt_amount_fen_check CHECK ((amount_fen > 0)),
    CONSTRAINT payment_attempt_check CHECK (((state = 'paid'::text) = ((paid_at IS NOT NULL) AND (transaction_id IS NOT NULL)))),
    CONSTRAINT payment_attempt_out_trade_no_check CHECK ((out_trade_no ~ '^[0-9A-Za-z]{20,32}$'::text)),
    CONSTRAINT payment_attempt_state_check CHECK ((state = ANY (ARRAY['intended'::text, 'pending'::text, 'closing'::text, 'paid'::text, 'closed'::text, 'failed'::text])))
);

CREATE TABLE public.payment_channel (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    channel text NOT NULL,
    account_id text NOT NULL,
    app_id text NOT NULL,
    base_url text NOT NULL,
    payee text NOT NULL,
    sealed_config bytea NOT NULL,
    is_enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    CONSTRAINT payment_channel_channel_check CHECK ((channel = ANY (ARRAY['wechat'::text, 'alipay'::text, 'stripe'::text])))
);

CREATE TABLE public.provider_notice (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    event_key text NOT NULL,
    kind text NOT NULL,
    content jsonb NOT NULL,
    received_at timestamp with time zone NOT NULL,
    processed_at timestamp with time zone,
    outcome text
);

CREATE TABLE public.refund (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    out_refund_no text NOT NULL,
    amount_fen bigint NOT NULL,
    reason text NOT NULL,
    state text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT refund_amount_fen_check CHECK ((amount_fen > 0)),
    CONSTRAINT refund_state_check CHECK ((state = ANY (ARRAY['intended'::text, 'processing'::text, 'succeeded'::text, 'abnormal'::text, 'closed'::text])))
);

CREATE TABLE public.registration (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    form_id uuid NOT NULL,
    answers jsonb NOT NULL,
    submitted_at timestamp with time zone NOT NULL
);

CREATE TABLE public.registration_draft (
    merchant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    key text NOT NULL,
    value jsonb NOT NULL,
    version integer NOT NULL,
    saved_at timestamp with time zone NOT NULL
);

CREATE TABLE public.resource (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    bio text DEFAULT ''::text NOT NULL,
    photo_url text DEFAULT ''::text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    CONSTRAINT resource_kind_check CHECK ((kind = ANY (ARRAY['staff'::text, 'room'::text, 'equipment'::text, 'team'::text])))
);

CREATE TABLE public.review (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    offering_id uuid NOT NULL,
    author text NOT NULL,
    rating integer NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    reply text,
    reviewed_on date NOT NULL,
    CONSTRAINT review_rating_check CHECK (((rating >= 1) AND (rating <= 5)))
);

CREATE TABLE public.slot (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    offering_id uuid NOT NULL,
    resource_id uuid,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    capacity integer NOT NULL,
    max_party integer NOT NULL,
    places_taken integer DEFAULT 0 NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    closed_reason text,
    closed_text text,
    is_occupying_when_taken boolean DEFAULT false NOT NULL,
    occupied_from timestamp with time zone NOT NULL,
    occupied_until timestamp with time zone NOT NULL,
    opens_at timestamp with time zone,
    max_open integer,
    CONSTRAINT slot_capacity_check CHECK ((capacity > 0)),
    CONSTRAINT slot_check CHECK ((ends_at > starts_at)),
    CONSTRAINT slot_check1 CHECK ((closes_at <= starts_at)),
    CONSTRAINT slot_check2 CHECK (((state = 'closed'::text) = (closed_reason IS NOT NULL))),
    CONSTRAINT slot_check3 CHECK ((opens_at <= starts_at)),
    CONSTRAINT slot_closed_is_empty CHECK (((state = 'open'::text) OR (places_taken = 0))),
    CONSTRAINT slot_max_open_check CHECK ((max_open > 0)),
    CONSTRAINT slot_max_party_check CHECK ((max_party > 0)),
    CONSTRAINT slot_never_oversold CHECK (((places_taken >= 0) AND (places_taken <= capacity))),
    CONSTRAINT slot_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
)
WITH (fillfactor='50');

CREATE TABLE public.slot_plan (
    merchant_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    start_times time without time zone[] NOT NULL,
    capacity integer NOT NULL,
    buffer_minutes integer DEFAULT 0 NOT NULL,
    is_per_resource boolean DEFAULT true NOT NULL,
    extended_to date,
    CONSTRAINT slot_plan_buffer_minutes_check CHECK ((buffer_minutes >= 0)),
    CONSTRAINT slot_plan_capacity_check CHECK ((capacity > 0))
);

CREATE TABLE public.slot_resource (
    merchant_id uuid NOT NULL,
    slot_id uuid NOT NULL,
    resource_id uuid NOT NULL
);

CREATE TABLE public.staff_member (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    account text NOT NULL,
    password_hash text NOT NULL,
    name text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    role text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT public.app_now() NOT NULL,
    CONSTRAINT staff_member_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'manager'::text, 'front_desk'::text])))
);

CREATE TABLE public.statutory_day (
    country text NOT NULL,
    on_date date NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    CONSTRAINT statutory_day_kind_check CHECK ((kind = ANY (ARRAY['holiday'::text, 'workday'::text])))
);

CREATE TABLE public.throttle (
    merchant_id uuid NOT NULL,
    key text NOT NULL,
    window_ends_at timestamp with time zone NOT NULL,
    tries integer NOT NULL
);

CREATE TABLE public.timer (
    merchant_id uuid NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.topic (
    merchant_id uuid NOT NULL,
    name text NOT NULL,
    seq bigint NOT NULL
);

CREATE TABLE public.topic_message (
    merchant_id uuid NOT NULL,
    id bigint NOT NULL,
    topic text NOT NULL,
    seq bigint NOT NULL,
    name text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT public.app_now() NOT NULL
);

ALTER TABLE public.topic_message ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.topic_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.working_hours (
    merchant_id uuid NOT NULL,
    resource_id uuid NOT NULL,
    weekday integer NOT NULL,
    starts time without time zone NOT NULL,
    ends time without time zone NOT NULL,
    break_name text,
    CONSTRAINT working_hours_check CHECK ((ends > starts)),
    CONSTRAINT working_hours_weekday_check CHECK (((weekday >= 1) AND (weekday <= 7)))
);

CREATE TABLE queue.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status queue.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
);

CREATE SEQUENCE queue.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE queue.pgqueuer_id_seq OWNED BY queue.pgqueuer.id;

CREATE TABLE queue.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status queue.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

ALTER TABLE queue.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME queue.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE queue.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status queue.pgqueuer_status DEFAULT 'queued'::queue.pgqueuer_status
);

CREATE SEQUENCE queue.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE queue.pgqueuer_schedules_id_seq OWNED BY queue.pgqueuer_schedules.id;

CREATE TABLE queue.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status queue.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE SEQUENCE queue.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE queue.pgqueuer_statistics_id_seq OWNED BY queue.pgqueuer_statistics.id;

ALTER TABLE ONLY queue.pgqueuer ALTER COLUMN id SET DEFAULT nextval('queue.pgqueuer_id_seq'::regclass);

ALTER TABLE ONLY queue.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('queue.pgqueuer_schedules_id_seq'::regclass);

ALTER TABLE ONLY queue.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('queue.pgqueuer_statistics_id_seq'::regclass);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.booking
    ADD CONSTRAINT booking_once_per_order UNIQUE (merchant_id, order_id);

ALTER TABLE ONLY public.booking
    ADD CONSTRAINT booking_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.calendar_exception
    ADD CONSTRAINT calendar_exception_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.calendar_link
    ADD CONSTRAINT calendar_link_pkey PRIMARY KEY (merchant_id, customer_id);

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_merchant_id_phone_key UNIQUE (merchant_id, phone);

ALTER TABLE ONLY public.customer_order
    ADD CONSTRAINT customer_order_merchant_id_hold_id_key UNIQUE (merchant_id, hold_id);

ALTER TABLE ONLY public.customer_order
    ADD CONSTRAINT customer_order_merchant_id_number_key UNIQUE (merchant_id, number);

ALTER TABLE ONLY public.customer_order
    ADD CONSTRAINT customer_order_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.form
    ADD CONSTRAINT form_merchant_id_kind_version_key UNIQUE (merchant_id, kind, version);

ALTER TABLE ONLY public.form
    ADD CONSTRAINT form_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_once UNIQUE (merchant_id, customer_id, idempotency_key);

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.idempotent_answer
    ADD CONSTRAINT idempotent_answer_pkey PRIMARY KEY (merchant_id, actor_id, key);

ALTER TABLE ONLY public.inbox_message
    ADD CONSTRAINT inbox_message_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (merchant_id, transaction_id, account);

ALTER TABLE ONLY public.ledger_transaction
    ADD CONSTRAINT ledger_posted_once UNIQUE (merchant_id, kind, source_id);

ALTER TABLE ONLY public.ledger_transaction
    ADD CONSTRAINT ledger_transaction_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.location
    ADD CONSTRAINT location_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.login_code
    ADD CONSTRAINT login_code_pkey PRIMARY KEY (merchant_id, phone);

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_merchant_id_asked_with_key UNIQUE (merchant_id, asked_with);

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.mailbox_message
    ADD CONSTRAINT mailbox_message_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.merchant
    ADD CONSTRAINT merchant_pkey PRIMARY KEY (merchant_id);

ALTER TABLE ONLY public.merchant
    ADD CONSTRAINT merchant_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.occupancy
    ADD CONSTRAINT occupancy_never_twice EXCLUDE USING gist (merchant_id WITH =, resource_id WITH =, tstzrange(starts_at, ends_at) WITH &&);

ALTER TABLE ONLY public.occupancy
    ADD CONSTRAINT occupancy_pkey PRIMARY KEY (merchant_id, resource_id, slot_id);

ALTER TABLE ONLY public.offering
    ADD CONSTRAINT offering_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.offering_resource
    ADD CONSTRAINT offering_resource_pkey PRIMARY KEY (merchant_id, offering_id, resource_id);

ALTER TABLE ONLY public.order_fact
    ADD CONSTRAINT order_fact_pkey PRIMARY KEY (merchant_id, order_id, id);

ALTER TABLE ONLY public.outbox_delivery
    ADD CONSTRAINT outbox_delivery_pkey PRIMARY KEY (merchant_id, event_id, handler);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.payment_attempt
    ADD CONSTRAINT payment_attempt_merchant_id_out_trade_no_key UNIQUE (merchant_id, out_trade_no);

ALTER TABLE ONLY public.payment_attempt
    ADD CONSTRAINT payment_attempt_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.payment_channel
    ADD CONSTRAINT payment_channel_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (merchant_id, order_id);

ALTER TABLE ONLY public.provider_notice
    ADD CONSTRAINT provider_notice_once UNIQUE (merchant_id, channel_id, event_key);

ALTER TABLE ONLY public.provider_notice
    ADD CONSTRAINT provider_notice_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_merchant_id_out_refund_no_key UNIQUE (merchant_id, out_refund_no);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.registration_draft
    ADD CONSTRAINT registration_draft_pkey PRIMARY KEY (merchant_id, order_id, key);

ALTER TABLE ONLY public.registration
    ADD CONSTRAINT registration_once UNIQUE (merchant_id, order_id);

ALTER TABLE ONLY public.registration
    ADD CONSTRAINT registration_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.resource
    ADD CONSTRAINT resource_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.offering_rules
    ADD CONSTRAINT rules_changed_once PRIMARY KEY (merchant_id, offering_id, version);

ALTER TABLE ONLY public.slot
    ADD CONSTRAINT slot_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.slot_plan
    ADD CONSTRAINT slot_plan_pkey PRIMARY KEY (merchant_id, offering_id);

ALTER TABLE ONLY public.slot_resource
    ADD CONSTRAINT slot_resource_pkey PRIMARY KEY (merchant_id, slot_id, resource_id);

ALTER TABLE ONLY public.staff_member
    ADD CONSTRAINT staff_member_merchant_id_account_key UNIQUE (merchant_id, account);

ALTER TABLE ONLY public.staff_member
    ADD CONSTRAINT staff_member_pkey PRIMARY KEY (merchant_id, id);

ALTER TABLE ONLY public.statutory_day
    ADD CONSTRAINT statutory_day_pkey PRIMARY KEY (country, on_date);

ALTER TABLE ONLY public.throttle
    ADD CONSTRAINT throttle_pkey PRIMARY KEY (merchant_id, key);

ALTER TABLE ONLY public.timer
    ADD CONSTRAINT timer_pkey PRIMARY KEY (merchant_id, kind, subject_id);

ALTER TABLE ONLY public.topic_message
    ADD CONSTRAINT topic_message_pkey PRIMARY KEY (merchant_id, topic, seq);

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT topic_pkey PRIMARY KEY (merchant_id, name);

ALTER TABLE ONLY public.working_hours
    ADD CONSTRAINT working_hours_pkey PRIMARY KEY (merchant_id, resource_id, weekday, starts);

ALTER TABLE ONLY queue.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY queue.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY queue.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);

ALTER TABLE ONLY queue.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY queue.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);

CREATE INDEX audit_entry_subject ON public.audit_entry USING btree (merchant_id, subject_id, at);

CREATE INDEX booking_of_slot ON public.booking USING btree (merchant_id, slot_id);

CREATE INDEX calendar_exception_day ON public.calendar_exception USING btree (merchant_id, on_date);

CREATE INDEX hold_due ON public.hold USING btree (expires_at) WHERE ((state = ANY (ARRAY['active'::text, 'confirmed'::text])) AND (expires_at IS NOT NULL));

CREATE INDEX hold_expiring ON public.hold USING btree (merchant_id, slot_id, expires_at) WHERE ((state = ANY (ARRAY['active'::text, 'confirmed'::text])) AND (expires_at IS NOT NULL));

CREATE UNIQUE INDEX hold_one_choice ON public.hold USING btree (merchant_id, customer_id) WHERE (state = 'active'::text);

CREATE INDEX hold_open ON public.hold USING btree (merchant_id, customer_id, slot_ends_at) WHERE (state = 'confirmed'::text);

CREATE INDEX idempotent_answer_old ON public.idempotent_answer USING btree (merchant_id, started_at);

CREATE INDEX inbox_of_customer ON public.inbox_message USING btree (merchant_id, customer_id, created_at DESC, id DESC);

CREATE INDEX ledger_transaction_order ON public.ledger_transaction USING btree (merchant_id, order_id, posted_at);

CREATE INDEX login_actor ON public.login USING btree (merchant_id, actor_id) WHERE (ended_at IS NULL);

CREATE INDEX login_ended ON public.login USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX occupancy_resource ON public.occupancy USING btree (merchant_id, resource_id, starts_at);

CREATE INDEX occupancy_slot ON public.occupancy USING btree (merchant_id, slot_id);

CREATE UNIQUE INDEX order_fact_once ON public.order_fact USING btree (merchant_id, order_id, kind) WHERE (kind = ANY (ARRAY['placed'::text, 'registered'::text, 'confirmed'::text, 'cancelled'::text]));

CREATE INDEX order_fact_recent ON public.order_fact USING btree (merchant_id, at DESC, id DESC);

CREATE INDEX order_of_customer ON public.customer_order USING btree (merchant_id, customer_id, placed_at DESC, id DESC);

CREATE INDEX order_of_slot ON public.customer_order USING btree (merchant_id, slot_id);

CREATE INDEX order_placed ON public.customer_order USING btree (merchant_id, placed_at DESC, id DESC);

CREATE INDEX order_starts ON public.customer_order USING btree (merchant_id, slot_starts_at, id);

CREATE INDEX outbox_delivery_due ON public.outbox_delivery USING btree (due_at, event_id) WHERE (delivered_at IS NULL);

CREATE INDEX outbox_relayed ON public.outbox USING btree (relayed_at) WHERE (relayed_at IS NOT NULL);

CREATE INDEX outbox_to_relay ON public.outbox USING btree (id) WHERE (relayed_at IS NULL);

CREATE INDEX payment_attempt_of_order ON public.payment_attempt USING btree (merchant_id, order_id);

CREATE UNIQUE INDEX payment_attempt_one_charge ON public.payment_attempt USING btree (merchant_id, channel_id, transaction_id);

CREATE UNIQUE INDEX payment_channel_one ON public.payment_channel USING btree (merchant_id, channel) WHERE is_enabled;

CREATE UNIQUE INDEX refund_automatic_once ON public.refund USING btree (merchant_id, attempt_id) WHERE ((reason = ANY (ARRAY['late_without_place'::text, 'order_cancelled'::text, 'paid_twice'::text, 'cancelled_by_customer'::text, 'cancelled_by_merchant'::text])) AND (state <> 'closed'::text));

CREATE INDEX refund_of_order ON public.refund USING btree (merchant_id, order_id);

CREATE INDEX review_of_offering ON public.review USING btree (merchant_id, offering_id, reviewed_on DESC, id DESC);

CREATE UNIQUE INDEX slot_once ON public.slot USING btree (merchant_id, offering_id, starts_at, resource_id) NULLS NOT DISTINCT;

CREATE INDEX slot_resource_resource ON public.slot_resource USING btree (merchant_id, resource_id, slot_id);

CREATE INDEX slot_starts ON public.slot USING btree (merchant_id, starts_at);

CREATE INDEX timer_due ON public.timer USING btree (due_at);

CREATE INDEX topic_message_new ON public.topic_message USING btree (id);

CREATE INDEX topic_message_old ON public.topic_message USING btree (created_at);

CREATE INDEX pgqueuer_ep_ea_idx ON queue.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::queue.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON queue.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::queue.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON queue.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON queue.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON queue.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON queue.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON queue.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::queue.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON queue.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::queue.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON queue.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::queue.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON queue.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON queue.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON queue.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::queue.pgqueuer_status, 'picked'::queue.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON queue.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::queue.pgqueuer_status);

CREATE TRIGGER booking_stays_cancelled BEFORE UPDATE ON public.booking FOR EACH ROW WHEN ((old.cancelled_at IS NOT NULL)) EXECUTE FUNCTION public.booking_stays_cancelled();

CREATE TRIGGER ledger_entry_append_only BEFORE DELETE OR UPDATE ON public.ledger_entry FOR EACH ROW EXECUTE FUNCTION public.ledger_is_append_only();

CREATE CONSTRAINT TRIGGER ledger_sums_to_zero AFTER INSERT ON public.ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_sums_to_zero();

CREATE TRIGGER ledger_transaction_append_only BEFORE DELETE OR UPDATE ON public.ledger_transaction FOR EACH ROW EXECUTE FUNCTION public.ledger_is_append_only();

CREATE TRIGGER offering_rules_begin AFTER INSERT ON public.offering FOR EACH ROW EXECUTE FUNCTION public.begin_offering_rules();

CREATE TRIGGER refund_within_charge AFTER INSERT OR UPDATE OF amount_fen, state ON public.refund FOR EACH ROW EXECUTE FUNCTION public.refund_within_charge();

CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON queue.pgqueuer FOR EACH STATEMENT EXECUTE FUNCTION queue.fn_pgqueuer_changed();

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.booking
    ADD CONSTRAINT booking_merchant_id_hold_id_fkey FOREIGN KEY (merchant_id, hold_id) REFERENCES public.hold(merchant_id, id);

ALTER TABLE ONLY public.booking
    ADD CONSTRAINT booking_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES public.customer_order(merchant_id, id);

ALTER TABLE ONLY public.booking
    ADD CONSTRAINT booking_merchant_id_slot_id_fkey FOREIGN KEY (merchant_id, slot_id) REFERENCES public.slot(merchant_id, id);

ALTER TABLE ONLY public.calendar_exception
    ADD CONSTRAINT calendar_exception_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.calendar_exception
    ADD CONSTRAINT calendar_exception_merchant_id_resource_id_fkey FOREIGN KEY (merchant_id, resource_id) REFERENCES public.resource(merchant_id, id);

ALTER TABLE ONLY public.calendar_link
    ADD CONSTRAINT calendar_link_merchant_id_customer_id_fkey FOREIGN KEY (merchant_id, customer_id) REFERENCES public.customer(merchant_id, id);

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.customer_order
    ADD CONSTRAINT customer_order_merchant_id_customer_id_fkey FOREIGN KEY (merchant_id, customer_id) REFERENCES public.customer(merchant_id, id);

ALTER TABLE ONLY public.customer_order
    ADD CONSTRAINT customer_order_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.customer_order
    ADD CONSTRAINT customer_order_merchant_id_offering_id_fkey FOREIGN KEY (merchant_id, offering_id) REFERENCES public.offering(merchant_id, id);

ALTER TABLE ONLY public.customer_order
    ADD CONSTRAINT customer_order_merchant_id_slot_id_fkey FOREIGN KEY (merchant_id, slot_id) REFERENCES public.slot(merchant_id, id);

ALTER TABLE ONLY public.form
    ADD CONSTRAINT form_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_merchant_id_customer_id_fkey FOREIGN KEY (merchant_id, customer_id) REFERENCES public.customer(merchant_id, id);

ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_merchant_id_slot_id_fkey FOREIGN KEY (merchant_id, slot_id) REFERENCES public.slot(merchant_id, id);

ALTER TABLE ONLY public.idempotent_answer
    ADD CONSTRAINT idempotent_answer_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.inbox_message
    ADD CONSTRAINT inbox_message_merchant_id_customer_id_fkey FOREIGN KEY (merchant_id, customer_id) REFERENCES public.customer(merchant_id, id);

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_merchant_id_transaction_id_fkey FOREIGN KEY (merchant_id, transaction_id) REFERENCES public.ledger_transaction(merchant_id, id);

ALTER TABLE ONLY public.ledger_transaction
    ADD CONSTRAINT ledger_transaction_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.location
    ADD CONSTRAINT location_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.login_code
    ADD CONSTRAINT login_code_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.mailbox_message
    ADD CONSTRAINT mailbox_message_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.occupancy
    ADD CONSTRAINT occupancy_merchant_id_resource_id_fkey FOREIGN KEY (merchant_id, resource_id) REFERENCES public.resource(merchant_id, id);

ALTER TABLE ONLY public.occupancy
    ADD CONSTRAINT occupancy_merchant_id_slot_id_fkey FOREIGN KEY (merchant_id, slot_id) REFERENCES public.slot(merchant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.offering
    ADD CONSTRAINT offering_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.offering
    ADD CONSTRAINT offering_merchant_id_location_id_fkey FOREIGN KEY (merchant_id, location_id) REFERENCES public.location(merchant_id, id);

ALTER TABLE ONLY public.offering_resource
    ADD CONSTRAINT offering_resource_merchant_id_offering_id_fkey FOREIGN KEY (merchant_id, offering_id) REFERENCES public.offering(merchant_id, id);

ALTER TABLE ONLY public.offering_resource
    ADD CONSTRAINT offering_resource_merchant_id_resource_id_fkey FOREIGN KEY (merchant_id, resource_id) REFERENCES public.resource(merchant_id, id);

ALTER TABLE ONLY public.offering_rules
    ADD CONSTRAINT offering_rules_merchant_id_changed_by_fkey FOREIGN KEY (merchant_id, changed_by) REFERENCES public.staff_member(merchant_id, id);

ALTER TABLE ONLY public.offering_rules
    ADD CONSTRAINT offering_rules_merchant_id_offering_id_fkey FOREIGN KEY (merchant_id, offering_id) REFERENCES public.offering(merchant_id, id);

ALTER TABLE ONLY public.order_fact
    ADD CONSTRAINT order_fact_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES public.customer_order(merchant_id, id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.payment_attempt
    ADD CONSTRAINT payment_attempt_merchant_id_channel_id_fkey FOREIGN KEY (merchant_id, channel_id) REFERENCES public.payment_channel(merchant_id, id);

ALTER TABLE ONLY public.payment_attempt
    ADD CONSTRAINT payment_attempt_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES public.payment(merchant_id, order_id);

ALTER TABLE ONLY public.payment_channel
    ADD CONSTRAINT payment_channel_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES public.customer_order(merchant_id, id);

ALTER TABLE ONLY public.provider_notice
    ADD CONSTRAINT provider_notice_merchant_id_channel_id_fkey FOREIGN KEY (merchant_id, channel_id) REFERENCES public.payment_channel(merchant_id, id);

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_merchant_id_attempt_id_fkey FOREIGN KEY (merchant_id, attempt_id) REFERENCES public.payment_attempt(merchant_id, id);

ALTER TABLE ONLY public.registration_draft
    ADD CONSTRAINT registration_draft_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES public.customer_order(merchant_id, id);

ALTER TABLE ONLY public.registration
    ADD CONSTRAINT registration_merchant_id_form_id_fkey FOREIGN KEY (merchant_id, form_id) REFERENCES public.form(merchant_id, id);

ALTER TABLE ONLY public.registration
    ADD CONSTRAINT registration_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES public.customer_order(merchant_id, id);

ALTER TABLE ONLY public.resource
    ADD CONSTRAINT resource_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.review
    ADD CONSTRAINT review_merchant_id_offering_id_fkey FOREIGN KEY (merchant_id, offering_id) REFERENCES public.offering(merchant_id, id);

ALTER TABLE ONLY public.slot
    ADD CONSTRAINT slot_merchant_id_offering_id_fkey FOREIGN KEY (merchant_id, offering_id) REFERENCES public.offering(merchant_id, id);

ALTER TABLE ONLY public.slot
    ADD CONSTRAINT slot_merchant_id_resource_id_fkey FOREIGN KEY (merchant_id, resource_id) REFERENCES public.resource(merchant_id, id);

ALTER TABLE ONLY public.slot_plan
    ADD CONSTRAINT slot_plan_merchant_id_offering_id_fkey FOREIGN KEY (merchant_id, offering_id) REFERENCES public.offering(merchant_id, id);

ALTER TABLE ONLY public.slot_resource
    ADD CONSTRAINT slot_resource_merchant_id_resource_id_fkey FOREIGN KEY (merchant_id, resource_id) REFERENCES public.resource(merchant_id, id);

ALTER TABLE ONLY public.slot_resource
    ADD CONSTRAINT slot_resource_merchant_id_slot_id_fkey FOREIGN KEY (merchant_id, slot_id) REFERENCES public.slot(merchant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.staff_member
    ADD CONSTRAINT staff_member_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.throttle
    ADD CONSTRAINT throttle_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.timer
    ADD CONSTRAINT timer_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.topic
    ADD CONSTRAINT topic_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES public.merchant(merchant_id);

ALTER TABLE ONLY public.working_hours
    ADD CONSTRAINT working_hours_merchant_id_resource_id_fkey FOREIGN KEY (merchant_id, resource_id) REFERENCES public.resource(merchant_id, id);

ALTER TABLE public.audit_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.booking ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.calendar_exception ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.calendar_link ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.customer ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.customer_order ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.form ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.hold ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotent_answer ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.inbox_message ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ledger_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ledger_transaction ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.location ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.login ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.login_code ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.mailbox_message ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.occupancy ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.offering ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.offering_resource ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.offering_rules ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.order_fact ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_merchant ON public.audit_entry TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.booking TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.calendar_exception TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.calendar_link TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.customer TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.customer_order TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.form TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.hold TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.idempotent_answer TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.inbox_message TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.ledger_entry TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.ledger_transaction TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.location TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.login TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.login_code TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.mailbox_message TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.occupancy TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.offering TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.offering_resource TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.offering_rules TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.order_fact TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.payment TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.payment_attempt TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.payment_channel TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.provider_notice TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.refund TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.registration TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.registration_draft TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.resource TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.review TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.slot TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.slot_plan TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.slot_resource TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.staff_member TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.throttle TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

CREATE POLICY own_merchant ON public.working_hours TO shunyue_app USING ((merchant_id = (NULLIF(current_setting('app.merchant_id'::text, true), ''::text))::uuid));

ALTER TABLE public.payment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.payment_attempt ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.payment_channel ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.provider_notice ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.refund ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.registration ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.registration_draft ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.resource ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.review ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.slot ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.slot_plan ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.slot_resource ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.staff_member ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.throttle ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.working_hours ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA public TO shunyue_app;

GRANT USAGE ON SCHEMA queue TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey16_in(cstring) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey16_out(public.gbtreekey16) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey2_in(cstring) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey2_out(public.gbtreekey2) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey32_in(cstring) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey32_out(public.gbtreekey32) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey4_in(cstring) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey4_out(public.gbtreekey4) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey8_in(cstring) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey8_out(public.gbtreekey8) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey_var_in(cstring) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbtreekey_var_out(public.gbtreekey_var) TO shunyue_app;

GRANT ALL ON FUNCTION public.app_now() TO shunyue_app;

GRANT ALL ON FUNCTION public.cash_dist(money, money) TO shunyue_app;

GRANT ALL ON FUNCTION public.date_dist(date, date) TO shunyue_app;

GRANT ALL ON FUNCTION public.float4_dist(real, real) TO shunyue_app;

GRANT ALL ON FUNCTION public.float8_dist(double precision, double precision) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bit_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bit_consistent(internal, bit, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bit_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bit_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bit_same(public.gbtreekey_var, public.gbtreekey_var, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bit_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bit_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bool_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bool_consistent(internal, boolean, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bool_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bool_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bool_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bool_same(public.gbtreekey2, public.gbtreekey2, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bool_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bool_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bpchar_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bpchar_consistent(internal, character, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bpchar_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bytea_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bytea_consistent(internal, bytea, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bytea_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bytea_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bytea_same(public.gbtreekey_var, public.gbtreekey_var, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bytea_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_bytea_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_cash_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_cash_consistent(internal, money, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_cash_distance(internal, money, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_cash_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_cash_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_cash_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_cash_same(public.gbtreekey16, public.gbtreekey16, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_cash_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_cash_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_date_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_date_consistent(internal, date, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_date_distance(internal, date, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_date_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_date_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_date_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_date_same(public.gbtreekey8, public.gbtreekey8, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_date_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_date_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_decompress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_enum_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_enum_consistent(internal, anyenum, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_enum_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_enum_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_enum_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_enum_same(public.gbtreekey8, public.gbtreekey8, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_enum_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_enum_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float4_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float4_consistent(internal, real, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float4_distance(internal, real, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float4_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float4_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float4_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float4_same(public.gbtreekey8, public.gbtreekey8, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float4_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float4_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float8_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float8_consistent(internal, double precision, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float8_distance(internal, double precision, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float8_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float8_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float8_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float8_same(public.gbtreekey16, public.gbtreekey16, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float8_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_float8_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_inet_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_inet_consistent(internal, inet, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_inet_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_inet_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_inet_same(public.gbtreekey16, public.gbtreekey16, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_inet_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_inet_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int2_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int2_consistent(internal, smallint, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int2_distance(internal, smallint, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int2_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int2_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int2_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int2_same(public.gbtreekey4, public.gbtreekey4, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int2_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int2_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int4_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int4_consistent(internal, integer, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int4_distance(internal, integer, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int4_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int4_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int4_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int4_same(public.gbtreekey8, public.gbtreekey8, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int4_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int4_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int8_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int8_consistent(internal, bigint, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int8_distance(internal, bigint, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int8_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int8_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int8_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int8_same(public.gbtreekey16, public.gbtreekey16, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int8_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_int8_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_consistent(internal, interval, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_decompress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_distance(internal, interval, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_same(public.gbtreekey32, public.gbtreekey32, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_intv_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad8_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad8_consistent(internal, macaddr8, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad8_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad8_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad8_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad8_same(public.gbtreekey16, public.gbtreekey16, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad8_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad8_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad_consistent(internal, macaddr, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad_same(public.gbtreekey16, public.gbtreekey16, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macad_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_macaddr_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_numeric_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_numeric_consistent(internal, numeric, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_numeric_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_numeric_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_numeric_same(public.gbtreekey_var, public.gbtreekey_var, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_numeric_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_numeric_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_oid_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_oid_consistent(internal, oid, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_oid_distance(internal, oid, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_oid_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_oid_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_oid_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_oid_same(public.gbtreekey8, public.gbtreekey8, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_oid_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_oid_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_text_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_text_consistent(internal, text, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_text_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_text_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_text_same(public.gbtreekey_var, public.gbtreekey_var, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_text_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_text_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_time_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_time_consistent(internal, time without time zone, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_time_distance(internal, time without time zone, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_time_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_time_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_time_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_time_same(public.gbtreekey16, public.gbtreekey16, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_time_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_time_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_timetz_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_timetz_consistent(internal, time with time zone, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_ts_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_ts_consistent(internal, timestamp without time zone, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_ts_distance(internal, timestamp without time zone, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_ts_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_ts_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_ts_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_ts_same(public.gbtreekey16, public.gbtreekey16, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_ts_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_ts_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_tstz_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_tstz_consistent(internal, timestamp with time zone, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_tstz_distance(internal, timestamp with time zone, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_uuid_compress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_uuid_consistent(internal, uuid, smallint, oid, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_uuid_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_uuid_penalty(internal, internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_uuid_picksplit(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_uuid_same(public.gbtreekey32, public.gbtreekey32, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_uuid_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_uuid_union(internal, internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_var_decompress(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_var_fetch(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gbt_varbit_sortsupport(internal) TO shunyue_app;

GRANT ALL ON FUNCTION public.gist_translate_cmptype_btree(integer) TO shunyue_app;

GRANT ALL ON FUNCTION public.give_places_back(p_merchant_id uuid, p_hold_ids uuid[], p_state text) TO shunyue_app;

GRANT ALL ON FUNCTION public.int2_dist(smallint, smallint) TO shunyue_app;

GRANT ALL ON FUNCTION public.int4_dist(integer, integer) TO shunyue_app;

GRANT ALL ON FUNCTION public.int8_dist(bigint, bigint) TO shunyue_app;

GRANT ALL ON FUNCTION public.interval_dist(interval, interval) TO shunyue_app;

GRANT ALL ON FUNCTION public.ledger_is_append_only() TO shunyue_app;

GRANT ALL ON FUNCTION public.ledger_sums_to_zero() TO shunyue_app;

GRANT ALL ON FUNCTION public.merchant_of_payment_channel(p_id uuid) TO shunyue_app;

GRANT ALL ON FUNCTION public.merchants_with_holds_due() TO shunyue_app;

GRANT ALL ON FUNCTION public.oid_dist(oid, oid) TO shunyue_app;

GRANT ALL ON FUNCTION public.refresh_occupancy(p_merchant_id uuid, p_slot_ids uuid[]) TO shunyue_app;

GRANT ALL ON FUNCTION public.refund_within_charge() TO shunyue_app;

GRANT ALL ON FUNCTION public.take_places(p_merchant_id uuid, p_slot_ids uuid[], p_party_sizes integer[], p_customer_ids uuid[], p_keys uuid[], p_hold_ids uuid[], p_minutes integer, p_is_replacing boolean) TO shunyue_app;

GRANT ALL ON FUNCTION public.time_dist(time without time zone, time without time zone) TO shunyue_app;

GRANT ALL ON FUNCTION public.ts_dist(timestamp without time zone, timestamp without time zone) TO shunyue_app;

GRANT ALL ON FUNCTION public.tstz_dist(timestamp with time zone, timestamp with time zone) TO shunyue_app;

GRANT ALL ON FUNCTION queue.fn_pgqueuer_changed() TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alembic_version TO shunyue_app;

GRANT SELECT,INSERT ON TABLE public.audit_entry TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.booking TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.calendar_exception TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.calendar_link TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.customer TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.customer_order TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.form TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.hold TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotent_answer TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.inbox_message TO shunyue_app;

GRANT SELECT,INSERT ON TABLE public.ledger_entry TO shunyue_app;

GRANT SELECT,INSERT ON TABLE public.ledger_transaction TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.location TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_code TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.mailbox_message TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.merchant TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.occupancy TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.offering TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.offering_resource TO shunyue_app;

GRANT SELECT,INSERT ON TABLE public.offering_rules TO shunyue_app;

GRANT SELECT,INSERT ON TABLE public.order_fact TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox_delivery TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.payment TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.payment_attempt TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.payment_channel TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.provider_notice TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.refund TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.registration TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.registration_draft TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.resource TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.review TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.slot TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.slot_plan TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.slot_resource TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.staff_member TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.statutory_day TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.throttle TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.timer TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.topic TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.topic_message TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.working_hours TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE queue.pgqueuer TO shunyue_app;

GRANT USAGE ON SEQUENCE queue.pgqueuer_id_seq TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE queue.pgqueuer_log TO shunyue_app;

GRANT USAGE ON SEQUENCE queue.pgqueuer_log_id_seq TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE queue.pgqueuer_schedules TO shunyue_app;

GRANT USAGE ON SEQUENCE queue.pgqueuer_schedules_id_seq TO shunyue_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE queue.pgqueuer_statistics TO shunyue_app;

GRANT USAGE ON SEQUENCE queue.pgqueuer_statistics_id_seq TO shunyue_app;
