"""Changes over HTTP on condition of the revision that was read."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.api.etags import expected_revision, item_tag
from services.contract.examples import ITEM
from services.contract.item_models import ItemAnswer, ItemFeedbackAnswer
from tests.system.pictures import picture
from tests.system.single import add, path, refused, words
from tests.system.stack import Stack

OTHER = "0" * 16


def condition(revision: str) -> dict[str, str]:
    return {"If-Match": f'"{revision}"'}


def change(stack: Stack, call: str, headers: dict[str, str]) -> httpx.Response:
    """One of the calls that change the bowl."""
    url, image = path("bowl 1"), {"image": picture(340)}
    method, _, more = call.partition(" ")
    calls: dict[str, Any] = {
        "PUT": {"json": {"title": "Mine"}},
        "PUT picture": {"files": image},
        "POST": {"data": {"id": "bowl 1", "title": "Mine"}, "files": image},
        "POST views": {"files": image},
        "DELETE": {},
        "DELETE views/0": {},
    }
    if call == "POST":
        url = "/items"
    elif more != "picture":
        url = f"{url}/{more}".rstrip("/")
    return stack.client.request(method, url, headers=headers, **calls[call])


CALLS = ["PUT", "PUT picture", "POST", "POST views", "DELETE", "DELETE views/0"]


@pytest.mark.parametrize("call", CALLS)
def test_a_change_of_an_older_revision_is_409_with_the_item_as_it_is(
    empty: Stack, bowl: dict[str, Any], call: str
) -> None:
    theirs = empty.client.put(path("bowl 1"), json={"title": "Theirs"})
    answer = change(empty, call, condition(bowl["revision"]))
    assert "item 'bowl 1' has changed since it was read" in refused(answer, 409)
    now = empty.client.get(path("bowl 1"))
    assert answer.json()["current"] == now.json()
    assert answer.headers["etag"] == now.headers["etag"] == theirs.headers["etag"]
    assert (now.json()["title"], now.json()["pictures"]) == ("Theirs", bowl["pictures"])


@pytest.mark.parametrize("call", CALLS[:-1])
@pytest.mark.parametrize("by", ["revision", "etag", "any"])
def test_a_change_of_the_revision_that_is_there_is_done(
    empty: Stack, bowl: dict[str, Any], call: str, by: str
) -> None:
    tag = empty.client.get(path("bowl 1")).headers["etag"]
    headers = {"revision": condition(bowl["revision"]), "etag": {"If-Match": tag}, "any": {"If-Match": "*"}}
    answer = change(empty, call, headers[by])
    assert answer.is_success, answer.text
    if call != "DELETE":
        now = empty.client.get(path("bowl 1"))
        assert answer.json()["revision"] == now.json()["revision"] != bowl["revision"]
        assert answer.headers["etag"] == now.headers["etag"]


def test_who_gives_no_condition_changes_the_fields_that_are_given_and_no_others(
    empty: Stack, bowl: dict[str, Any]
) -> None:
    empty.client.put(path("bowl 1"), json={"title": "Theirs"})
    mine = empty.client.put(path("bowl 1"), json={"link": "https://shop.example/2"}).json()
    assert words(mine) == ("Theirs", "https://shop.example/2", bowl["metadata"])


def test_one_who_makes_the_change_again_of_the_item_as_it_is_keeps_both(
    empty: Stack, bowl: dict[str, Any]
) -> None:
    read = condition(bowl["revision"])
    first = empty.client.put(path("bowl 1"), json={"metadata": {"colour": "red"}}, headers=read)
    second = empty.client.put(path("bowl 1"), json={"metadata": {"size": "1 l"}}, headers=read)
    assert (first.status_code, second.status_code) == (200, 409)
    current = second.json()["current"]
    merged = {"metadata": current["metadata"] | {"size": "1 l"}}
    again = empty.client.put(path("bowl 1"), json=merged, headers=condition(current["revision"]))
    assert again.json()["metadata"] == {"colour": "red", "size": "1 l"}


def test_feedback_and_vectors_change_the_tag_behind_the_revision() -> None:
    item = ItemAnswer(**ITEM)
    judged = ItemFeedbackAnswer(right=99, wrong=0)
    tags = {
        item_tag(item),
        item_tag(item.model_copy(update={"views": 6})),
        item_tag(item.model_copy(update={"feedback": judged})),
    }
    assert len(tags) == 3
    assert {expected_revision(tag) for tag in tags} == {ITEM["revision"]}


def test_what_a_reader_has_already_is_not_sent_again(empty: Stack, bowl: dict[str, Any]) -> None:
    tag = empty.client.get(path("bowl 1")).headers["etag"]
    assert tag.startswith(f'"{bowl["revision"]}-')
    same = empty.client.get(path("bowl 1"), headers={"If-None-Match": tag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    other = empty.client.get(path("bowl 1"), headers={"If-None-Match": f'"{bowl["revision"]}"'})
    assert (other.status_code, other.json()["revision"]) == (200, bowl["revision"])
    listed = empty.client.get("/items", params={"text": "bowl 1"}).json()["items"]
    assert listed == [other.json()]


def test_a_condition_on_an_item_that_is_gone_is_404(empty: Stack, bowl: dict[str, Any]) -> None:
    empty.client.delete(path("bowl 1"))
    for call in CALLS:
        answer = change(empty, call, condition(bowl["revision"]))
        assert "there is no item 'bowl 1'" in refused(answer, 404)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("0" * 16, "expected one item's `revision` in quotes"),
        ('"x"', "If-Match is '\"x\"'"),
        ("", "If-Match is ''"),
        (f'W/"{OTHER}-00000000"', "none that a proxy has made weak"),
        (f'"{OTHER}", "{OTHER}"', "expected one item's"),
    ],
)
def test_a_condition_that_is_no_revision_is_refused(
    empty: Stack, bowl: dict[str, Any], given: str, says: str
) -> None:
    answer = empty.client.put(path("bowl 1"), json={"title": "x"}, headers={"If-Match": given})
    assert says in refused(answer, 400)
    assert empty.get(path("bowl 1"))["title"] == bowl["title"]


@pytest.mark.usefixtures("bowl")
def test_one_that_must_be_new_replaces_none(empty: Stack) -> None:
    new = {"If-None-Match": "*"}
    form: dict[str, Any] = {"data": {"id": "bowl 1", "title": "x"}, "files": {"image": picture(341)}}
    answer = empty.client.post("/items", headers=new, **form)
    assert "item 'bowl 1' exists already" in refused(answer, 409)
    assert answer.json()["current"] == empty.get(path("bowl 1"))
    empty.client.delete(path("bowl 1"))
    assert empty.client.post("/items", headers=new, **form).status_code == 201
    for headers in ({"If-None-Match": '"x"'}, new | condition(OTHER)):
        assert "expected `*`" in refused(empty.client.post("/items", headers=headers, **form), 400)


@pytest.mark.usefixtures("bowl")
def test_an_undo_of_what_changed_since_tells_how_the_item_is(empty: Stack) -> None:
    first = empty.client.put(path("bowl 1"), json={"title": "A dish"}).json()
    empty.client.put(path("bowl 1"), json={"title": "A jug"})
    answer = empty.client.post("/items/undo", json={"undo": first["undo"]})
    assert "has changed since then" in refused(answer, 409)
    assert answer.json()["current"] == empty.get(path("bowl 1"))
    empty.client.delete(path("bowl 1"))
    gone = empty.client.post("/items/undo", json={"undo": first["undo"]})
    assert ("is gone since then" in refused(gone, 409), gone.json()["current"]) == (True, None)


def test_a_new_item_is_listed_and_answered_with_its_revision(empty: Stack) -> None:
    made = add(empty, 342, id="pot", title="A pot")
    assert made["revision"] == empty.get(path("pot"))["revision"]
    empty.client.delete(path("pot"), headers=condition(made["revision"]))
    assert empty.client.get(path("pot")).status_code == 404
