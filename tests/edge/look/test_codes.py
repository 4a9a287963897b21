"""Reading of codes: on the thing alone, within a share of the CPU, and without what is private."""

from typing import Any

import pytest

from common.codes import Code
from edge.look.codes import HELD_S, CodeReader, may_be_sent
from edge.picture.crop import WHOLE
from edge.picture.frame_types import Frame
from tests.edge.kit import grey

BOX = (0.1, 0.2, 0.4, 0.1)
EAN = Code("ean_13", "4006381333931", BOX)


class FakeDetector:
    """Finds the codes that it was given, each time at a cost of CPU time."""

    def __init__(self, *codes: Code, cost_s: float = 0.02) -> None:
        self.codes, self.cost_s = list(codes), cost_s
        self.seen: list[tuple[int, ...]] = []
        self.cpu_s = self.now_s = 0.0

    def read(self, picture: Frame) -> list[Code]:
        self.seen.append(picture.shape)
        self.cpu_s += self.cost_s
        return self.codes

    def reader(self, share: float = 0.1) -> CodeReader:
        return CodeReader(self, share=share, clock=lambda: self.now_s, cpu_clock=lambda: self.cpu_s)

    def look(self, reader: CodeReader, *, thing: str = "cam-1", **options: Any) -> tuple[Code, ...]:
        return reader.read(grey(9), options.get("box", WHOLE), thing=thing, at_s=1000 + self.now_s)


@pytest.mark.parametrize("share", [0.1, 0.02])
@pytest.mark.parametrize("cameras", [1, 3])
def test_reading_takes_its_share_of_a_core_whatever_the_frame_rate(share: float, cameras: int) -> None:
    detector = FakeDetector(EAN)
    reader, looks = detector.reader(share), {f"cam-{number}": 0 for number in range(cameras)}
    for step in range(1, 6001):  # a minute
        detector.now_s = step / 100
        for thing in looks:
            before = len(detector.seen)
            detector.look(reader, thing=thing)
            looks[thing] += len(detector.seen) - before
    assert 0.9 * share < detector.cpu_s / 60 < 1.15 * share
    assert max(looks.values()) - min(looks.values()) <= 2


def test_a_code_counts_as_seen_between_two_reads_and_for_no_longer() -> None:
    detector = FakeDetector(EAN)
    reader = detector.reader()
    assert detector.look(reader) == (EAN,)
    detector.codes, detector.now_s = [], 0.1
    assert detector.look(reader) == (EAN,)
    detector.now_s = HELD_S
    assert detector.look(reader) == (EAN,)
    detector.now_s = HELD_S + 0.1
    assert detector.look(reader) == ()
    assert detector.look(reader, thing="cam-2") == ()


def test_only_the_thing_and_a_margin_are_read_and_a_place_is_that_in_the_picture() -> None:
    detector = FakeDetector(EAN)
    (code,) = detector.look(detector.reader(), box=(0.5, 0.5, 0.2, 0.4))
    assert detector.seen == [(25, 17, 3)]  # of 48 x 64: 1.3 times 0.4 and 0.2
    assert code.box == pytest.approx((0.47 + 0.1 * 0.26, 0.44 + 0.2 * 0.52, 0.4 * 0.26, 0.1 * 0.52))


def test_the_four_largest_codes_are_told_and_one_that_is_there_twice_once() -> None:
    codes = [Code("ean_8", f"000000{n}0", (0.1, 0.1, n / 20, 0.1)) for n in range(1, 8)]
    detector = FakeDetector(*codes, Code("ean_8", "00000070", (0.1, 0.1, 0.9, 0.1)))
    found = detector.look(detector.reader())
    assert [(code.text, code.box[2]) for code in found] == [
        ("00000070", 0.9),
        ("00000060", 0.3),
        ("00000050", 0.25),
        ("00000040", 0.2),
    ]


@pytest.mark.parametrize(
    "text",
    ["https://shop.example/mug-7", "HTTP://shop.example?id=7", "MUG-7", "머그 7", "7/8 mug", "4006381333931"],
)
def test_a_qr_code_that_can_be_an_items_is_sent(text: str) -> None:
    assert may_be_sent(Code("qr", text, BOX))


@pytest.mark.parametrize(
    "text",
    [
        "WIFI:S:shop;T:WPA;P:secret;;",
        "otpauth://totp/me?secret=ABC",
        "BEGIN:VCARD\nN:Mia\nEND:VCARD",
        "MATMSG:TO:mia@shop.example;;",
        "mailto:mia@shop.example",
        "tel:+4912345",
        "bitcoin:bc1q",
        "https://mia:secret@shop.example/",
        "https:evil",
        "a\x1b[2Jb",
        "x" * 129,
    ],
)
def test_a_qr_code_with_what_is_private_or_hostile_never_leaves_the_camera(text: str) -> None:
    detector = FakeDetector(Code("qr", text, BOX), EAN)
    assert detector.look(detector.reader()) == (EAN,)
