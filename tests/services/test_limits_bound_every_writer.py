"""Limits: the same in memory and in Redis, an end that is told, and a Redis that may go away."""

import time
from collections.abc import Iterator

import pytest
import redis
from flask import Flask

from services.web.limits import Counter, Limit, MemoryCounter, RedisCounter, line_of
from tests import servers
from tests.pages import Pages


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
def counter(request: pytest.FixtureRequest, redis_url: str) -> Counter:
    if request.param == "memory":
        return MemoryCounter()
    redis.Redis.from_url(redis_url).flushall()
    return RedisCounter(redis_url)


def test_uses_are_counted_by_key(counter: Counter) -> None:
    assert [counter.count("a", 60).times for _ in range(3)] == [1, 2, 3]
    assert counter.count("b", 60).times == 1


def test_the_end_of_the_window_is_told(counter: Counter) -> None:
    assert counter.count("a", 60).ends_in_s in (59, 60)
    time.sleep(1.1)
    assert counter.count("a", 60).ends_in_s in (58, 59)


def test_a_window_ends_and_another_begins(counter: Counter) -> None:
    assert counter.count("a", 1).times == 1
    assert counter.count("a", 1).times == 2
    time.sleep(1.1)
    assert counter.count("a", 1).times == 1


def test_later_uses_do_not_prolong_the_window(counter: Counter) -> None:
    counter.count("a", 1)
    time.sleep(0.7)
    counter.count("a", 1)
    time.sleep(0.5)
    assert counter.count("a", 1).times == 1


def test_two_processes_count_together_in_redis(redis_url: str) -> None:
    redis.Redis.from_url(redis_url).flushall()
    one, other = RedisCounter(redis_url), RedisCounter(redis_url)
    assert (one.count("a", 60).times, other.count("a", 60).times) == (1, 2)


def test_without_redis_a_process_counts_for_itself() -> None:
    counter = RedisCounter(f"redis://127.0.0.1:{servers.free_port()}/0")
    assert [counter.count("a", 60).times for _ in range(3)] == [1, 2, 3]


def test_redis_is_found_again() -> None:
    with servers.redis() as url:
        counter = RedisCounter(url)
        assert counter.count("a", 60).times == 1
        # What a dead server looks like to a process: it was seen away a moment ago.
        counter.away_until = time.monotonic() + 0.2
        assert counter.count("a", 60).times == 1
        time.sleep(0.25)
        assert counter.count("a", 60).times == 2


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_line_is_counted_and_not_each_address_it_has(address: str, counted: str) -> None:
    assert line_of(address) == counted


def test_memory_forgets_the_oldest() -> None:
    counter = MemoryCounter(room=2)
    for key in ("a", "b", "c"):
        counter.count(key, 60)
    assert list(counter.seen) == ["b", "c"]


def test_production_is_strict_and_the_demo_city_wide() -> None:
    bound = Limit("x", 20, 60)
    assert (bound.allowed("production"), bound.allowed("demo")) == (20, 2000)


@pytest.mark.parametrize(("lang", "said"), [("ko", "이어서 해 주세요"), ("en", "Go on in")])
def test_who_writes_too_often_reads_when_to_go_on(app: Flask, lang: str, said: str) -> None:
    pages = Pages(app)
    pages.client.set_cookie("lang", lang)
    pages.get("/sign-in")
    counter = app.extensions["limits"]
    for _ in range(1000):
        counter.count("code:127.0.0.1", 600)
    answer = pages.post("/sign-in", expect=429, email="someone@example.org")
    assert 590 <= int(answer.headers["Retry-After"]) <= 600
    assert said in answer.text
    problem = pages.client.post(
        "/sign-in",
        data={"csrf_token": pages.token},
        headers={"Accept": "application/problem+json"},
    )
    assert (problem.status_code, problem.mimetype) == (429, "application/problem+json")
    assert said in problem.text or said in problem.json["detail"]
