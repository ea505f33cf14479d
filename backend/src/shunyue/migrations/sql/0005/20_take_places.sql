-- A customer has a limited number of open bookings, and slots beyond the horizon are not open yet.

-- Decides wishes whose slots and resources the caller has locked, and writes what came of them.
CREATE OR REPLACE FUNCTION place_wishes(
    p_merchant_id uuid, p_slot_ids uuid[], p_party_sizes int[], p_customer_ids uuid[],
    p_keys uuid[], p_hold_ids uuid[], p_minutes int, p_has_resources boolean
) RETURNS SETOF place_outcome
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

-- The second look at the limit of open bookings. Storing a choice can wait for another server that is
-- just confirming the same customer's earlier one; the first look did not see that confirmation. Once
-- a choice is stored nobody else can store one for this customer, so what is counted now stays.
-- Whoever came too late begins again, as after any other lost race for the one choice.
CREATE FUNCTION refuse_more_than_open(p_merchant_id uuid, p_hold_ids uuid[], p_minutes int)
RETURNS void LANGUAGE plpgsql AS $$
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

-- The one guarded way to take places. Holds of the app, the console and late money all come
-- through here; nothing else adds to slot.places_taken.
--
-- A whole batch of requests is one call, so that a hot slot is locked once per batch. Order of
-- locks, for everyone: slots by id, then resources by id, then holds, then occupancy.
-- Every statement below sees what was committed before it began, that is: after the locks.
--
-- p_minutes null keeps the places, as confirmed, until somebody gives them back.
-- p_is_replacing gives back what the same customers had chosen before but not confirmed.
CREATE OR REPLACE FUNCTION take_places(
    p_merchant_id uuid, p_slot_ids uuid[], p_party_sizes int[], p_customer_ids uuid[],
    p_keys uuid[], p_hold_ids uuid[], p_minutes int, p_is_replacing boolean
) RETURNS SETOF place_outcome
LANGUAGE plpgsql
-- Planned once per connection: planning costs more than taking places. No table is small for long,
-- so a plan made while one was must not scan it.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
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
