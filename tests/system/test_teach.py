"""Teaching by showing: a camera's picture becomes an item, which every search finds within a second."""

from __future__ import annotations

import base64
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from common.wire import Observation, Vectors, encode_observation
from services.adapters.sqlite_items import SqliteItems
from tests.pace import limit_s
from tests.servers import free_port
from tests.system.pictures import picture
from tests.system.shop import ITEMS, SHOWN, opened, running_shop
from tests.system.stack import ROOT, Stack, eventually

SEARCHABLE_S = 1.0


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system with many items, and a camera that sees one thing that is none of them."""
    with running_shop(tmp_path_factory.mktemp("shop")) as started:
        yield started


@pytest.fixture(scope="module")
def searches(shop: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[httpx.Client]]:
    """The system's search process and a second one beside it, on the same data and broker."""
    port = free_port()
    more = {
        "LOOKALIKE_MQTT_URL": shop.address("broker"),
        "LOOKALIKE_REDIS_URL": shop.address("redis"),
        "LOOKALIKE_SEARCH_PORT": str(port),
    }
    command = [sys.executable, "-m", "services.search"]
    log = tmp_path_factory.mktemp("second") / "log"
    with contextlib.ExitStack() as ending:
        file = ending.enter_context(log.open("wb"))
        process = subprocess.Popen(command, cwd=ROOT, env=shop.environ | more, stdout=file, stderr=file)
        ending.callback(process.wait, 20)
        ending.callback(process.terminate)
        clients = [
            ending.enter_context(httpx.Client(base_url=address, timeout=60))
            for address in (shop.address("search"), f"http://127.0.0.1:{port}")
        ]
        eventually(
            lambda: all(client.get("/healthz").json()["ok"] for client in clients),
            within_s=30,
            why=log.read_text,
        )
        yield clients


def vectors_of(shop: Stack, item_id: str) -> Vectors:
    """An item's vectors in the store."""
    store = SqliteItems(shop.data / "items.sqlite", writable=False)
    try:
        (item,) = store.get_many([item_id])
    finally:
        store.close()
    assert item is not None
    return item.vectors


def finds(search: httpx.Client, vector: Vectors) -> list[str]:
    """Ids that a search process has near a vector, by SageMaker's protocol."""
    request = {"instances": [{"features": vector.tolist()}]}
    answer = search.post("/invocations", json=request, headers={"Accept": "application/json; verbose=true"})
    return list(answer.json()["predictions"][0]["ids"])


def took_s(searches: list[httpx.Client], vector: Vectors, item_id: str, *, since_s: float) -> list[float]:
    """Seconds from `since_s` (monotonic) until each search process found an item."""
    found: dict[int, float] = {}
    while len(found) < len(searches):
        for number, search in enumerate(searches):
            if number not in found and item_id in finds(search, vector):
                found[number] = time.monotonic() - since_s
        assert time.monotonic() - since_s < 20, f"item {item_id} is not found"
    return list(found.values())


def teach(shop: Stack, **said: object) -> dict[str, Any]:
    answer = shop.client.post("/items", json={"thing": "cam-1", **said})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def best(shop: Stack) -> dict[str, Any] | None:
    """The camera's newest record, if its verdict is a match."""
    records = shop.get("/matches?thing=cam-1&limit=1")["records"]
    return records[0] if records and records[0]["verdict"] == "match" else None


def test_what_a_camera_sees_becomes_an_item_that_each_search_and_the_camera_find(
    shop: Stack, searches: list[httpx.Client]
) -> None:
    eventually(lambda: shop.get("/matches?thing=cam-1")["records"], within_s=10, why=shop.log)
    assert best(shop) is None
    item = teach(shop, title="My mug", id="mine", metadata={"shelf": "7"})
    answered_s = time.monotonic()
    vector = vectors_of(shop, "mine")[0]
    seconds = took_s(searches, vector, "mine", since_s=answered_s)
    assert max(seconds) < limit_s(SEARCHABLE_S), seconds

    record = eventually(lambda: best(shop), within_s=5, why=lambda: str(shop.get("/matches?limit=1")))
    match = record["matches"][0]
    assert (match["id"], match["title"], match["metadata"]) == ("mine", "My mug", {"shelf": "7"})
    assert match["distance"] < 0.6
    seen = Observation("upload", vector[np.newaxis], time.time(), "00000000", 0, item["model"])
    for search in searches:
        answer = search.post("/search", content=encode_observation(seen)).json()
        assert (answer["verdict"], answer["matches"][0]["id"]) == ("match", "mine")


def test_the_picture_of_a_taught_item_is_the_thing_in_the_cameras_frame_at_full_size(shop: Stack) -> None:
    item = teach(shop, title="Again")
    content = shop.client.get(item["url"])
    taken, frame = (np.asarray(opened(file)) for file in (content.content, SHOWN.read_bytes()))
    assert content.headers["content-type"] == "image/jpeg"
    # The thing fills more than half of the frame.
    assert frame.shape[1] / 2 < taken.shape[1] < frame.shape[1]
    patch = taken[taken.shape[0] // 2 :][:100, taken.shape[1] // 2 :][:, :100]
    assert cv2.matchTemplate(frame, patch, cv2.TM_CCOEFF_NORMED).max() > 0.95
    assert item["views"] == 1
    shop.client.delete(f"/items/{item['id']}")


def test_moments_of_a_camera_are_taught_with_the_boxes_that_a_person_has_checked(shop: Stack) -> None:
    answer = shop.client.post("/cameras/cam-1/moments")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["thing"], len(told["moments"])) == ("cam-1", 1)  # the scene is still
    (moment,) = told["moments"]
    head, _, file = moment["picture"].partition(",")
    assert head == "data:image/jpeg;base64"
    picture = base64.b64decode(file)
    frame = opened(SHOWN.read_bytes())
    assert opened(picture).size == frame.size
    left, top, width, height = moment["box"]
    # The mug covers the middle of its picture.
    assert left < 0.4 < 0.6 < left + width
    assert top < 0.4 < 0.6 < top + height
    shop.client.delete("/items/mine")

    def tried(warning: str | None) -> dict[str, Any] | None:
        """The trial of the moment, once it gives this warning."""
        box = ",".join(map(str, moment["box"]))
        files = {"image": ("a.jpg", picture)}
        answer = shop.client.post("/teach/trial", data={"thing": "cam-1", "box": box}, files=files)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()) if answer.json()["warning"] == warning else None

    # The camera sees nothing else, so that all its frames are the thing's own.
    trial = eventually(lambda: tried(None), within_s=5)
    assert trial["would_name"] == trial["frames"] >= 1
    assert (trial["empty_frames"], trial["other"], len(trial["nearest"])) == (0, None, 3)
    form = {"title": "Moments", "id": "moments", "taught": "1", "box": ["0.25,0.25,0.5,0.5", ""]}
    files = [("image", ("a.jpg", picture)), ("image", ("b.jpg", picture))]
    item = shop.client.post("/items", data=form, files=files).json()
    assert (len(item["pictures"]), item["views"], item["metadata"]) == (2, 2, {})
    cut, whole = (opened(shop.client.get(url).content).size for url in item["pictures"])
    assert whole == frame.size
    assert cut == pytest.approx([0.5 * 1.24 * side for side in frame.size], abs=2)
    more = shop.client.post("/items/moments/views", data={"box": "0,0,0.5,1"}, files=files[:1]).json()
    assert opened(shop.client.get(more["pictures"][2]).content).size == (frame.width // 2, frame.height)
    assert more["views"] > item["views"] + 1
    trial = eventually(lambda: tried("another_item"), within_s=5)
    assert trial["other"] == {"id": "moments", "title": "Moments"}
    shop.client.delete("/items/moments")


def test_a_trial_without_pictures_or_a_camera_is_refused(shop: Stack) -> None:
    without = shop.client.post("/teach/trial", files={"thing": (None, "cam-1")})
    assert (without.status_code, "there is no picture" in without.json()["detail"]) == (400, True)
    for thing in ("", "a/b"):
        files = {"image": ("a.jpg", picture(761))}
        refused = shop.client.post("/teach/trial", data={"thing": thing}, files=files)
        assert (refused.status_code, refused.json()["detail"]) == (
            400,
            f"thing is {thing!r}; expected a camera's name",
        )
    unknown = shop.client.post("/teach/trial", data={"thing": "nobody"}, files={"image": picture(761)})
    assert unknown.json()["frames"] == 0


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"box": "0,0,1"}, "box is '0,0,1'; expected left,top,width,height such as 0.25,0,0.5,1"),
        ({"box": "0.5,0,0.6,1"}, "expected shares of the picture"),
        ({"box": "0.5,0,0,1"}, "with some area"),
        ({"box": "0.5,0.5,0.01,0.5"}, "pixels of the picture; expected 8 or more a side"),
        ({"box": ["", ""]}, "2 fields `box` and 1 files `image`; expected one for each"),
        ({"taught": "yes"}, "taught is 'yes'; expected 1, or 0"),
    ],
)
def test_boxes_that_are_none_are_refused_and_named(shop: Stack, form: dict[str, Any], says: str) -> None:
    files = {"image": picture(760, kind="JPEG")}
    refused = shop.client.post("/items", data={"title": "Nothing", **form}, files=files)
    assert (refused.status_code, says in refused.json()["detail"]) == (400, True), refused.text


def test_each_of_many_items_in_a_row_is_found_within_a_second(
    shop: Stack, searches: list[httpx.Client]
) -> None:
    # Enough items for the index to take them in several batches.
    seconds, made = [], []
    for number in range(ITEMS // 100 * 2 + 2):
        form = {"title": f"Row {number}", "id": f"row-{number}"}
        answer = shop.client.post("/items", data=form, files={"image": picture(700 + number)})
        answered_s = time.monotonic()
        made.append(answer.json()["id"])
        vector = vectors_of(shop, made[-1])[0]
        seconds += took_s(searches, vector, made[-1], since_s=answered_s)
    for item_id in made:
        shop.client.delete(f"/items/{item_id}")
    assert max(seconds) < limit_s(SEARCHABLE_S), seconds


def test_a_further_view_is_taken_of_what_the_camera_sees(shop: Stack) -> None:
    form = {"title": "Views", "id": "views"}
    item = shop.client.post("/items", data=form, files={"image": picture(730)}).json()
    view = shop.client.post("/items/views/views", json={"thing": "cam-1"}).json()
    assert (len(view["pictures"]), view["views"]) == (2, item["views"] + 1)
    undone = shop.client.post("/items/undo", json={"undo": view["undo"]}).json()
    assert undone["pictures"] == item["pictures"]
    changed = shop.client.put("/items/views", json={"thing": "cam-1", "title": "Shown"}).json()
    assert (changed["title"], changed["url"] != item["url"]) == ("Shown", True)
    shop.client.delete("/items/views")
