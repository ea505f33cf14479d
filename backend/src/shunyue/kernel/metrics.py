"""Metrics: counters and timings that operators watch, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("shunyue_http_requests_total", "Answers by route group", ["method", "status"])
REQUEST_SECONDS = Histogram(
    "shunyue_http_request_seconds",
    "Time to answer",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
HOLDS = Counter("shunyue_holds_total", "Requests for places by outcome", ["outcome"])
HOLD_BATCH = Histogram(
    "shunyue_hold_batch_size", "Requests per statement", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
SOCKETS = Gauge("shunyue_sockets", "Open WebSockets")
RELAYED = Counter("shunyue_events_relayed_total", "Events taken out of the outbox")
NOTICES = Counter("shunyue_provider_notices_total", "Provider notices by outcome", ["outcome"])
