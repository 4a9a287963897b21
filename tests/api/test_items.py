"""Single items over HTTP, on a running system: changed, deleted and restored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.pictures import picture
from tests.system.single import add, path, refused, searched, words
from tests.system.stack import Stack


def test_an_item_tells_all_that_is_known_of_it(empty: Stack, bowl: dict[str, Any]) -> None:
    item = empty.get(path("bowl 1"))
    assert {name: item[name] for name in ("id", "title", "link", "metadata")} == {
        "id": "bowl 1",
        "title": "A bowl",
        "link": "https://shop.example/1",
        "metadata": {"colour": "blue"},
    }
    assert item["pictures"] == [item["url"]]
    assert item["views"] > 1
    assert {**item, "change": bowl["change"], "undo": bowl["undo"], "same_picture": []} == bowl


@pytest.mark.usefixtures("bowl")
def test_an_item_names_those_with_its_picture_at_once(empty: Stack) -> None:
    twin = add(empty, 300, id="bowl 2", title="The other bowl")
    other = add(empty, 301, id="plate", title="A plate")
    view = empty.client.post(path("plate", "/views"), files={"image": picture(300)}).json()
    renamed = empty.client.put(path("plate"), json={"title": "A dish"}).json()
    for item in (twin, other):
        assert empty.client.delete(path(item["id"])).status_code == 200
    first, second = ({"id": "bowl 1", "title": "A bowl"}, {"id": "bowl 2", "title": "The other bowl"})
    assert (twin["same_picture"], other["same_picture"]) == ([first], [])
    assert (view["same_picture"], renamed["same_picture"]) == ([first, second], [])


def test_words_change_by_json_and_only_those_that_are_given(empty: Stack, bowl: dict[str, Any]) -> None:
    renamed = empty.client.put(path("bowl 1"), json={"title": " A dish "}).json()
    assert words(renamed) == ("A dish", "https://shop.example/1", {"colour": "blue"})
    assert (renamed["url"], renamed["views"]) == (bowl["url"], bowl["views"])
    assert renamed["change"] > bowl["change"]
    other = empty.client.put(
        path("bowl 1"), json={"link": None, "metadata": {"price": 12.5, "new": True, "x": ""}}
    )
    assert words(other.json()) == ("A dish", None, {"price": "12.5", "new": "true"})
    assert words(empty.get(path("bowl 1"))) == words(other.json())


def test_words_and_picture_change_by_a_form(empty: Stack, bowl: dict[str, Any]) -> None:
    form = {"link": "http://shop.example/2", "size": "1 l"}
    changed = empty.client.put(path("bowl 1"), data=form, files={"image": picture(301, kind="PNG")}).json()
    assert words(changed) == ("A bowl", "http://shop.example/2", {"size": "1 l"})
    assert changed["url"] != bowl["url"]
    content = empty.client.get(changed["url"])
    assert (content.content, content.headers["content-type"]) == (picture(301, kind="PNG"), "image/png")
    assert searched(empty, changed["change"], 301, kind="PNG") == ["bowl 1"]
    assert searched(empty, changed["change"], 300) == []


def test_a_deleted_item_is_found_no_more_and_its_undo_brings_it_back_once(
    empty: Stack, bowl: dict[str, Any]
) -> None:
    assert searched(empty, bowl["change"], 300) == ["bowl 1"]
    answer = empty.client.delete(path("bowl 1"))
    assert (answer.status_code, set(answer.json())) == (200, {"id", "change", "undo"})
    assert searched(empty, answer.json()["change"], 300) == []
    assert "there is no item 'bowl 1'" in refused(empty.client.get(path("bowl 1")), 404)
    assert "there is no item 'bowl 1'" in refused(empty.client.delete(path("bowl 1")), 404)
    undo = {"undo": answer.json()["undo"]}
    back = empty.client.post("/items/undo", json=undo)
    assert (back.status_code, words(back.json()), back.json()["url"]) == (200, words(bowl), bowl["url"])
    assert searched(empty, back.json()["change"], 300) == ["bowl 1"]
    assert "can be undone once" in refused(empty.client.post("/items/undo", json=undo), 404)
    again = empty.client.post("/items/undo", json={"undo": back.json()["undo"]}).json()
    assert set(again) == {"id", "change", "undo"}
    assert empty.client.get(path("bowl 1")).status_code == 404


def test_a_replaced_item_comes_back_unless_it_changed_since(empty: Stack, bowl: dict[str, Any]) -> None:
    replaced = add(empty, 302, id="bowl 1", title="A vase")
    assert words(replaced) == ("A vase", None, {})
    later = empty.client.put(path("bowl 1"), json={"title": "A jug"}).json()
    says = refused(empty.client.post("/items/undo", json={"undo": replaced["undo"]}), 409)
    assert "'bowl 1' has changed since" in says
    assert empty.get(path("bowl 1"))["title"] == "A jug"
    for change in (later, replaced):
        assert empty.client.post("/items/undo", json={"undo": change["undo"]}).status_code == 200
    assert words(empty.get(path("bowl 1"))) == words(bowl)


def test_the_undo_of_a_new_item_removes_it(empty: Stack) -> None:
    item = add(empty, 303, title="A pot")
    assert set(empty.client.post("/items/undo", json={"undo": item["undo"]}).json()) == {
        "id",
        "change",
        "undo",
    }
    assert empty.client.get(path(item["id"])).status_code == 404


def test_an_item_has_several_views_and_is_found_by_each(empty: Stack, bowl: dict[str, Any]) -> None:
    view = empty.client.post(path("bowl 1", "/views"), files={"image": picture(304)})
    assert view.status_code == 201
    item = view.json()
    assert (item["pictures"][0], len(item["pictures"]), item["views"]) == (bowl["url"], 2, 2 * bowl["views"])
    assert [empty.client.get(url).content for url in item["pictures"]] == [picture(300), picture(304)]
    assert empty.client.get(path("bowl 1", "/image?n=1")).content == picture(304)
    says = refused(empty.client.get(path("bowl 1", "/image?n=2")), 404)
    assert "has the pictures 0 to 1, and no 2" in says
    assert empty.client.get(path("bowl 1", "/image?n=-1")).status_code == 422
    assert searched(empty, item["change"], 300) == searched(empty, item["change"], 304) == ["bowl 1"]

    less = empty.client.delete(path("bowl 1", "/views/0")).json()
    assert [empty.client.get(url).content for url in less["pictures"]] == [picture(304)]
    assert searched(empty, less["change"], 300) == []
    assert "the only picture" in refused(empty.client.delete(path("bowl 1", "/views/0")), 409)
    back = empty.client.post("/items/undo", json={"undo": less["undo"]}).json()
    assert back["pictures"] == item["pictures"]


def test_items_are_listed_by_text_in_pages(empty: Stack) -> None:
    made = [
        add(empty, 310, id="text-1", title="Straße 7", kind="sign"),
        add(empty, 311, id="text-2", title="A SIGNPOST"),
        add(empty, 312, id="text-3", title="100% wool_"),
        add(empty, 313, id="design", title="x"),
    ]

    def listed(text: str, **more: Any) -> list[str]:
        return [
            item["id"] for item in empty.client.get("/items", params={"text": text, **more}).json()["items"]
        ]

    try:
        assert listed("sign") == ["design", "text-1", "text-2"]
        assert listed("STRASSE") == ["text-1"]
        assert listed("0% wool_") == ["text-3"]
        assert listed("%") == ["text-3"]
        assert listed("no such text") == []
        page = empty.client.get("/items", params={"text": "sign", "limit": 2}).json()
        assert ([item["id"] for item in page["items"]], page["next"]) == (["design", "text-1"], "text-1")
        assert listed("sign", cursor=page["next"]) == ["text-2"]
        assert empty.client.get("/items", params={"text": "x" * 201}).status_code == 422
    finally:
        for item in made:
            empty.client.delete(path(item["id"]))


@pytest.mark.parametrize("item_id", ["100%", "?q=1#", "it's", "ÄÖ-7", "undo", "archive.", "a:b"])
def test_an_item_of_any_id_is_reached_by_it(empty: Stack, item_id: str) -> None:
    assert add(empty, 320, id=item_id, title="x")["id"] == item_id
    assert empty.client.put(path(item_id), json={"title": "y"}).json()["title"] == "y"
    assert empty.get(path(item_id))["title"] == "y"
    assert empty.client.delete(path(item_id)).json()["id"] == item_id
