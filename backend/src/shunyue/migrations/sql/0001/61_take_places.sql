-- The one guarded way to take places. Holds of the app, the console and late money all come
-- through here; nothing else adds to slot.places_taken.
--
-- A whole batch of requests is one call, so that a hot slot is locked once per batch. Order of
-- locks, for everyone: slots by id, then resources by id, then holds, then occupancy.
-- Every statement below sees what was committed before it began, that is: after the locks.

CREATE TYPE place_outcome AS (
    ord int, outcome text, hold_id uuid, slot_id uuid, party_size int,
    expires_at timestamptz, places_left int, capacity int
);

-- Keeps the busy time of resources in step with the holds of slots that occupy when taken.
CREATE FUNCTION refresh_occupancy(p_merchant_id uuid, p_slot_ids uuid[]) RETURNS void
LANGUAGE sql AS $$
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

-- Ends holds that are still open and gives their places back. With p_state 'expired' only those
-- whose time is over. The caller has locked the slots, or lets this function do it.
CREATE FUNCTION give_places_back(p_merchant_id uuid, p_hold_ids uuid[], p_state text)
RETURNS TABLE (hold_id uuid, slot_id uuid, offering_id uuid)
LANGUAGE plpgsql AS $$
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

-- p_minutes null keeps the places until somebody gives them back.
-- p_is_replacing gives back what the same customers had chosen before but not confirmed.
CREATE FUNCTION take_places(
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
    v_expires_at timestamptz := app_now() + make_interval(mins => p_minutes);
    v_left_behind uuid[];
    v_left_slots uuid[];
    v_over uuid[];
    v_has_resources boolean;
BEGIN
    PERFORM set_config('app.merchant_id', p_merchant_id::text, true);

    IF p_is_replacing THEN
        -- One look-up per customer (OFFSET 0): joined as sets, a plan made while the table was
        -- small reads all of a merchant's holds.
        SELECT array_agg(left_behind.id), array_agg(left_behind.slot_id)
          INTO v_left_behind, v_left_slots
          FROM unnest(p_customer_ids) AS c (customer_id), LATERAL (
               SELECT h.id, h.slot_id FROM hold h
                WHERE h.merchant_id = p_merchant_id AND h.customer_id = c.customer_id
                  AND h.state = 'active' AND h.idempotency_key <> ALL (p_keys) OFFSET 0) left_behind;
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

    IF v_left_behind IS NOT NULL THEN
        -- A choice that was confirmed meanwhile is left to its order.
        SELECT array_agg(locked.id) INTO v_left_behind FROM (
            SELECT h.id FROM hold h
             WHERE h.merchant_id = p_merchant_id AND h.id = ANY (v_left_behind)
               AND h.state = 'active'
             ORDER BY h.id FOR NO KEY UPDATE) locked;
    END IF;

    SELECT array_agg(h.id) INTO v_over FROM hold h
     WHERE h.merchant_id = p_merchant_id AND h.slot_id = ANY (p_slot_ids)
       AND h.state IN ('active', 'confirmed') AND h.expires_at <= v_now;
    IF v_over IS NOT NULL THEN
        PERFORM give_places_back(p_merchant_id, v_over, 'expired');
    END IF;
    IF v_left_behind IS NOT NULL THEN
        PERFORM give_places_back(p_merchant_id, v_left_behind, 'released');
    END IF;
    IF v_has_resources THEN
        -- Busy time of other slots that ran out: a constraint can't look at the clock.
        DELETE FROM occupancy o
         WHERE o.merchant_id = p_merchant_id AND o.expires_at <= v_now AND o.resource_id IN (
               SELECT sr.resource_id FROM slot_resource sr
                WHERE sr.merchant_id = p_merchant_id AND sr.slot_id = ANY (p_slot_ids));
    END IF;

    RETURN QUERY
    WITH judged AS (
        SELECT w.*, s.offering_id, s.capacity, s.max_party, s.places_left,
               seen.id AS seen_id, seen.slot_id AS seen_slot_id,
               seen.party_size AS seen_party_size, seen.expires_at AS seen_expires_at,
               CASE WHEN seen.slot_id = w.slot_id AND seen.party_size = w.party_size THEN 'replayed'
                    WHEN seen.id IS NOT NULL THEN 'key_reused'
                    WHEN s.capacity IS NULL THEN 'not_found'
                    WHEN s.state <> 'open' THEN 'closed'
                    WHEN s.starts_at <= v_now THEN 'past'
                    WHEN s.closes_at <= v_now AND p_minutes IS NOT NULL THEN 'too_late'
                    WHEN w.party_size > s.max_party THEN 'party_too_large'
               END AS refusal
          FROM unnest(p_slot_ids, p_party_sizes, p_customer_ids, p_keys, p_hold_ids)
               WITH ORDINALITY AS w (slot_id, party_size, customer_id, key, hold_id, ord)
          LEFT JOIN LATERAL (
               SELECT h.id, h.slot_id, h.party_size, h.expires_at FROM hold h
                WHERE h.merchant_id = p_merchant_id AND h.customer_id = w.customer_id
                  AND h.idempotency_key = w.key LIMIT 1) seen ON true
          LEFT JOIN LATERAL (
               SELECT s.offering_id, s.capacity, s.max_party, s.state, s.starts_at, s.closes_at,
                      s.capacity - s.places_taken AS places_left FROM slot s
                WHERE s.merchant_id = p_merchant_id AND s.id = w.slot_id LIMIT 1) s ON true
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
         WHERE v_has_resources
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
                          held_at, expires_at)
        SELECT p_merchant_id, w.hold_id, w.slot_id, w.customer_id, w.party_size, w.key,
               v_now, v_expires_at
          FROM won w
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
           CASE WHEN j.seen_id IS NULL THEN j.places_left END,
           CASE WHEN j.seen_id IS NOT NULL THEN NULL
                WHEN j.refusal = 'party_too_large' THEN j.max_party ELSE j.capacity END
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

    IF v_has_resources THEN
        PERFORM refresh_occupancy(p_merchant_id, p_slot_ids);
    END IF;
END $$;

-- Merchants that have holds whose time is over: the sweep asks across merchants, then acts as each.
CREATE FUNCTION merchants_with_holds_due() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT DISTINCT h.merchant_id FROM (
        SELECT h.merchant_id FROM hold h
         WHERE h.state IN ('active', 'confirmed') AND h.expires_at <= app_now()
         ORDER BY h.expires_at LIMIT 5000) h
$$;
