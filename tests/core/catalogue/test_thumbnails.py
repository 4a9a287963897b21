"""Small pictures: made once, kept in little memory, one at a time."""

import threading

import pytest

from services.core.catalogue.thumbnails import Thumbnails
from services.core.errors import BusyError, InputError
from tests.fakes import FakePictures


class Shrinker:
    """Notes its calls; a picture that it makes has `side_px` bytes."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, int]] = []
        self.inside = self.most_inside = 0

    def __call__(self, content: bytes, *, side_px: int) -> bytes:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.asked.append((content, side_px))
        if content == b"damaged":
            self.inside -= 1
            raise InputError("the picture is damaged")
        made = content[:1] * side_px
        self.inside -= 1
        return made


@pytest.fixture
def pictures() -> FakePictures:
    return FakePictures()


@pytest.fixture
def shrinker() -> Shrinker:
    return Shrinker()


def test_each_size_of_a_picture_is_made_once(pictures: FakePictures, shrinker: Shrinker) -> None:
    key, thumbnails = pictures.put(b"mug", suffix=".jpg"), Thumbnails(pictures, shrinker)
    made = [thumbnails.get(key, side_px=side_px) for side_px in (3, 5, 3, 5)]
    assert made == [b"mmm", b"mmmmm"] * 2
    assert shrinker.asked == [(b"mug", 3), (b"mug", 5)]


def test_the_one_that_was_not_asked_for_the_longest_goes_first(
    pictures: FakePictures, shrinker: Shrinker
) -> None:
    thumbnails = Thumbnails(pictures, shrinker, max_bytes=20)
    a, b, c = (pictures.put(content, suffix=".jpg") for content in (b"a", b"b", b"c"))
    for key in (a, b, a, c, a):
        thumbnails.get(key, side_px=10)
    assert [content for content, _ in shrinker.asked] == [b"a", b"b", b"c"]
    assert thumbnails.get(b, side_px=10) == b"b" * 10
    assert len(shrinker.asked) == 4


def test_one_that_is_larger_than_all_room_is_given_and_not_kept(
    pictures: FakePictures, shrinker: Shrinker
) -> None:
    key, thumbnails = pictures.put(b"a", suffix=".jpg"), Thumbnails(pictures, shrinker, max_bytes=20)
    assert [len(thumbnails.get(key, side_px=30) or b"") for _ in range(2)] == [30, 30]
    assert len(shrinker.asked) == 2


def test_none_and_a_refusal_are_not_kept(pictures: FakePictures, shrinker: Shrinker) -> None:
    thumbnails = Thumbnails(pictures, shrinker)
    assert thumbnails.get("0" * 64 + ".jpg", side_px=3) is None
    damaged = pictures.put(b"damaged", suffix=".jpg")
    for _ in range(2):
        with pytest.raises(InputError):
            thumbnails.get(damaged, side_px=3)
    assert thumbnails.get(pictures.put(b"mug", suffix=".jpg"), side_px=3) == b"mmm"


def test_many_who_ask_at_once_get_one_that_was_made_once(pictures: FakePictures, shrinker: Shrinker) -> None:
    thumbnails = Thumbnails(pictures, shrinker)
    keys = [pictures.put(content, suffix=".jpg") for content in (b"a", b"b")]
    given: list[bytes | None] = []
    threads = [
        threading.Thread(target=lambda key=key: given.append(thumbnails.get(key, side_px=2)))
        for key in keys * 8
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each or b"" for each in given) == [b"aa"] * 8 + [b"bb"] * 8
    assert (len(shrinker.asked), shrinker.most_inside) == (2, 1)


def test_while_too_many_wait_others_are_sent_away_at_once(pictures: FakePictures) -> None:
    entered, let = threading.Event(), threading.Event()

    def held(content: bytes, *, side_px: int) -> bytes:
        entered.set()
        let.wait()
        return content * side_px

    thumbnails = Thumbnails(pictures, held, max_waiting=0, wait_s=60)
    first, other = (pictures.put(content, suffix=".jpg") for content in (b"a", b"b"))
    thread = threading.Thread(target=thumbnails.get, args=(first,), kwargs={"side_px": 3})
    thread.start()
    entered.wait()
    with pytest.raises(BusyError, match="too many small pictures"):
        thumbnails.get(other, side_px=3)
    let.set()
    thread.join()
    assert (thumbnails.get(first, side_px=3), thumbnails.get(other, side_px=3)) == (b"aaa", b"bbb")


def test_who_waits_too_long_for_a_small_picture_is_sent_away(pictures: FakePictures) -> None:
    entered, let = threading.Event(), threading.Event()

    def held(_content: bytes, *, side_px: int) -> bytes:
        entered.set()
        let.wait()
        return bytes(side_px)

    thumbnails = Thumbnails(pictures, held, wait_s=0.01)
    first, other = (pictures.put(content, suffix=".jpg") for content in (b"a", b"b"))
    thread = threading.Thread(target=thumbnails.get, args=(first,), kwargs={"side_px": 3})
    thread.start()
    entered.wait()
    with pytest.raises(BusyError, match=r"no turn for the small picture within 0.01 s"):
        thumbnails.get(other, side_px=3)
    let.set()
    thread.join()
