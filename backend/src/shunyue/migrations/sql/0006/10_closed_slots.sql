-- A slot is closed only while nobody holds a place in it; whoever closes it has locked it.
ALTER TABLE slot ADD CONSTRAINT slot_closed_is_empty CHECK (state = 'open' OR places_taken = 0);
