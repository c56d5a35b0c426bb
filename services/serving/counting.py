"""What a process without pages tells Prometheus, at an address of its own."""

from prometheus_client import start_http_server


def tell_counts(bind: str) -> None:
    """Answer Prometheus at `bind` (`127.0.0.1:9100`) until the process ends; nowhere if empty.

    Nobody is asked who they are: the address must lie inside the city's own network.
    """
    if not bind:
        return
    host, _, port = bind.rpartition(":")
    try:
        start_http_server(int(port), host.strip("[]"))
    except OSError as error:
        raise SystemExit(f"MADANG_METRICS_BIND: {bind} is taken or not ours") from error
