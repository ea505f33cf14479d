-- A day of all slots: the console's board, and pushes.
CREATE INDEX slot_starts ON slot (merchant_id, starts_at);

-- Logins that ended lately: a server that starts, or lost touch, learns which tokens it must refuse
-- although they have not run out. Ids only.
CREATE FUNCTION logins_ended_since(p_at timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT id FROM login WHERE ended_at > p_at
$$;
CREATE INDEX login_ended ON login (ended_at) WHERE ended_at IS NOT NULL;
