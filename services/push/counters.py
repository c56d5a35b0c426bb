"""What Prometheus hears of notices. No label names an origin: strangers choose those."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter(
    "madang_push_messages", "Sends of notices by how they ended", ["outcome", "urgency"]
)
SECONDS = Histogram("madang_push_seconds", "Time a push service took to answer")
RECEIPTS = Counter("madang_push_receipts", "Notices that a browser says it showed")
RESTS = Counter("madang_push_rests", "Times a failing push service was left alone")
REAPED = Counter(
    "madang_push_reaped", "Browsers told no more because they are gone or never worked"
)
IN_FLIGHT = Gauge("madang_push_in_flight", "Sends that wait for a push service's answer")
