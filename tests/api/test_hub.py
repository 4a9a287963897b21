"""Events from one source to many listeners, fast ones and slow ones."""

import asyncio
from collections.abc import Sequence

from services.api.hub import BACKLOG, MOST, Event, Hub


def numbered(number: int) -> Event:
    return Event("match", f'{{"id":{number}}}', "cam-1", number)


def test_an_event_has_the_form_of_the_wire_made_once() -> None:
    event = numbered(7)
    assert event.encoded == b'event: match\ndata: {"id":7}\nid: 7\n\n'
    assert event.encoded is event.encoded
    assert Event("heartbeat", "{}").encoded == b"event: heartbeat\ndata: {}\n\n"


async def _batches(*published: Event | None) -> list[Sequence[Event]]:
    """Batches of a listener that reads only after all is published, and then to the end."""
    hub = Hub()
    with hub.listen() as events:
        for event in published:
            hub.publish(event)
        assert len(hub) == 1
        batches = [batch async for batch in events]
    assert len(hub) == 0
    return batches


def test_what_has_come_is_given_at_once_until_the_end() -> None:
    events = [numbered(number) for number in range(3)]
    assert asyncio.run(_batches(*events, None)) == [events]


def test_a_slow_listener_loses_the_oldest_and_never_the_end() -> None:
    events = [numbered(number) for number in range(3 * BACKLOG)]
    ((*got,),) = asyncio.run(_batches(*events, None))
    assert got == events[-BACKLOG:]


def of_camera(name: str, number: int, *, state: str = "online") -> Event:
    return (
        Event("camera", state, f"cam-{number}")
        if name == "camera"
        else Event(name, "", f"cam-{number}", number)
    )


def test_a_slow_listener_hears_of_each_camera_that_changed_and_of_its_newest_state() -> None:
    cameras = [
        of_camera("camera", number, state=state) for state in ("lost", "online") for number in range(500)
    ]
    beats = [Event("heartbeat", str(number)) for number in range(100)]
    ((*got,),) = asyncio.run(_batches(*beats, *cameras, None))
    assert got == [beats[-1], *cameras[500:]]


def test_a_slow_listener_gets_the_newest_record_of_each_camera() -> None:
    once = [of_camera("match", number) for number in range(2 * BACKLOG)]
    often = [Event("match", "", "cam-0", 10_000 + number) for number in range(1000)]
    ((*got,),) = asyncio.run(_batches(*once, *often, None))
    assert {event.thing for event in got} == {event.thing for event in once}
    assert got[-1] == often[-1]
    assert len(got) <= 2 * BACKLOG + 1
    ((*most,),) = asyncio.run(_batches(*(of_camera("match", number) for number in range(3 * MOST)), None))
    assert len(most) == MOST


async def _two_listeners() -> list[list[int | None]]:
    """Batches of two listeners that read at once; the second comes later and goes sooner."""
    hub, heard = Hub(), list[list[int | None]]([[], []])

    async def listen(number: int, *, until: int) -> None:
        with hub.listen() as batches:
            async for batch in batches:
                heard[number] += [event.id for event in batch]
                if until in heard[number]:
                    return

    first = asyncio.create_task(listen(0, until=3))
    await asyncio.sleep(0)
    hub.publish(numbered(1))
    second = asyncio.create_task(listen(1, until=2))
    await asyncio.sleep(0)
    hub.publish(numbered(2))
    await second
    hub.publish(numbered(3))
    await first
    assert len(hub) == 0
    return heard


def test_each_hears_what_is_published_while_it_listens() -> None:
    assert asyncio.run(_two_listeners()) == [[1, 2, 3], [2]]
