"""Who reads slowly gets everything in order, or is put out to come back by cursor."""

import time

from services.realtime.transport import LAG_BYTES
from tests.services.realtime.conftest import Kit
from tests.services.realtime.wire import line, text

PAD = 60_000
# So few wait at once for a reader that is awake: it is never LAG_BYTES behind, however busy the
# machine that reads is.
BURST = 3
BURSTS = 130


def test_a_reader_that_naps_misses_nothing(kit: Kit) -> None:
    with line(kit.port, receive_buffer=4096) as napper, line(kit.port) as other:
        other.send(text(f'42["fire",{{"k":3,"pad":{PAD}}}]'))
        events = other.events()
        assert [next(events)["n"] for _ in range(3)] == [0, 1, 2]
        time.sleep(0.5)
        events = napper.events()
        heard = [next(events) for _ in range(3)]
    assert [event["n"] for event in heard] == [0, 1, 2]
    assert all(len(event["pad"]) == PAD for event in heard)


def test_a_reader_that_sleeps_is_put_out_with_its_stream_whole(kit: Kit) -> None:
    with line(kit.port, receive_buffer=4096) as sleeper, line(kit.port) as other:
        before = kit.memory_kb()
        events = other.events()
        for _ in range(BURSTS):
            other.send(text(f'42["fire",{{"k":{BURST},"pad":{PAD}}}]'))
            assert [next(events)["n"] for _ in range(BURST)] == list(range(BURST))
        grown = kit.memory_kb() - before
        heard = [event["n"] for event in sleeper.events()]
    assert heard == [number % BURST for number in range(len(heard))]
    assert len(heard) * PAD < LAG_BYTES + 1_000_000
    assert grown < 8 * LAG_BYTES / 1024


def test_a_hundred_sleepers_hold_one_copy_of_what_they_missed(kit: Kit) -> None:
    sleepers = [line(kit.port, receive_buffer=4096) for _ in range(100)]
    opened = [sleeper.__enter__() for sleeper in sleepers]
    before = kit.memory_kb()
    opened[0].send(text(f'42["fire",{{"k":6,"pad":{PAD}}}]'))
    time.sleep(1)
    assert kit.memory_kb() - before < 100 * LAG_BYTES / 1024 / 2
    for sleeper in sleepers:
        sleeper.__exit__(None, None, None)


def test_a_room_goes_on_when_one_leaves(kit: Kit) -> None:
    fire = text('42["fire",{"k":1,"pad":1,"room":"room"}]')
    with line(kit.port) as first:
        first.send(text('42["join","room"]'))
        with line(kit.port) as second:
            second.send(text('42["join","room"]') + fire)
            assert next(second.events())["n"] == 0
            assert next(first.events())["n"] == 0
        first.send(fire)
        assert next(first.events())["n"] == 0
