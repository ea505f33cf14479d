-- Reading a notice is a timer: it rings again until the notice has been read. What was still
-- queued when this version came gets one.

INSERT INTO timer (merchant_id, kind, subject_id, due_at)
SELECT merchant_id, 'payments.notice', id, app_now() FROM provider_notice WHERE processed_at IS NULL
    ON CONFLICT DO NOTHING;
DELETE FROM queue.pgqueuer WHERE entrypoint = 'payments.read_notice';
