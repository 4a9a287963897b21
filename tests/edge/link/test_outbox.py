"""The outbox: what becomes of a message that was not taken."""

from edge.link.outbox import Outbox


class Taking:
    """Takes messages, and counts them."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def __call__(self, topic: str, payload: bytes) -> int:
        self.sent.append((topic, payload))
        return len(self.sent)


def test_a_message_that_was_not_taken_waits_again() -> None:
    taking = Taking()
    outbox = Outbox(taking, keep_s=60)
    outbox.put("a", b"1")
    outbox.send()
    outbox.returned(1)
    assert outbox.waits("a")
    outbox.send()
    assert taking.sent == [("a", b"1")] * 2


def test_a_message_that_was_not_taken_makes_way_for_a_newer_one() -> None:
    taking = Taking()
    outbox = Outbox(taking, keep_s=60)
    outbox.put("a", b"1")
    outbox.send()
    outbox.put("a", b"2")
    outbox.returned(1)
    outbox.send()
    assert taking.sent == [("a", b"1"), ("a", b"2")]


def test_a_message_that_was_not_taken_has_no_more_time_than_before() -> None:
    taking = Taking()
    outbox = Outbox(taking, keep_s=0)
    outbox.put("a", b"1")
    outbox.returned(1)  # a number that was never given
    outbox.send()
    assert taking.sent == []
    assert outbox.dropped == 1
