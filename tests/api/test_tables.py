"""Tables and files' names, read for the page as the command line reads them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import httpx
import pytest
from fastapi import FastAPI

from services.api.app import build_app
from services.api.hub import Hub
from services.bootstrap.settings import ApiSettings
from services.core.importing.import_rows import BadRow, read_rows
from services.core.key_attempts import Attempts
from tests.tables import EXPECTED, TABLES

KEY = {"Authorization": "Bearer k3y"}


class Client:
    """Calls an api whose parts are not used, within this process."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def post(self, path: str, *, headers: dict[str, str] = KEY, **more: Any) -> httpx.Response:
        """One call."""
        return asyncio.run(self._post(path, headers=headers, **more))

    async def _post(self, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            return await client.post(path, **more)


def _parts() -> MagicMock:
    parts = MagicMock()
    parts.state.attempts = Attempts()
    return parts


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(build_app(ApiSettings(api_key="k3y", max_table_mib=1), _parts(), Hub()))


def table(client: Client, name: str, content: bytes, **query: str) -> Any:
    return client.post("/items/table", params={"name": name, **query}, content=content)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_example_gives_the_rows_of_the_command_line(client: Client, name: str) -> None:
    expected, answer = EXPECTED[name], table(client, name, (TABLES / name).read_bytes())
    if "refused" in expected:
        assert (answer.status_code, answer.json()["detail"]) == (400, expected["refused"])
        return
    found = answer.json()
    for key in ("encoding", "separator"):
        assert found[key] == expected[key]
    written = ("fields", "surplus", "further")
    rows = [
        {key: value for key, value in row.items() if value and key not in written} for row in found["rows"]
    ]
    assert rows == expected["rows"]
    assert found["foreign"] == ("columns" in expected)
    assert found["system"] == expected.get("system")
    assert found["left_out"] == expected.get("left_out", {})


def test_a_person_chooses_columns_and_encoding(client: Client) -> None:
    content = "Words,Shot,Ref\nŻółta,mug.jpg,1\n".encode("cp1250")
    unclear = table(client, "t.csv", content)
    assert (unclear.status_code, "names" in unclear.json()) == (400, False)
    unknown = table(client, "t.csv", content, encoding="cp1250")
    assert (unknown.status_code, unknown.json()["names"]) == (400, ["Words", "Shot", "Ref"])
    assert unknown.json()["samples"] == [{"Words": "Żółta", "Shot": "mug.jpg", "Ref": "1"}]
    partly = table(client, "t.csv", content, encoding="cp1250", map="title=Words,id=Ref")
    assert partly.json()["columns"]["title"] == ["Words"]
    chosen = table(client, "t.csv", content, encoding="cp1250", map="title=Words,image=Shot,id=Ref").json()
    taken = {field: columns for field, columns in chosen["columns"].items() if columns}
    assert taken == {"id": ["Ref"], "title": ["Words"], "image": ["Shot"]}
    assert [(row["id"], row["title"], row["images"]) for row in chosen["rows"]] == [
        ("1", "Żółta", ["mug.jpg"])
    ]


def test_a_refused_row_comes_with_all_that_its_lines_hold(client: Client) -> None:
    lines = "id,title,image", "m,,a.jpg", "m,,b.jpg", "n,Mug, red,c.jpg", 'o,"Pot', "p,P,p.jpg"
    first, wide, open_quote, last = table(client, "t.csv", "\n".join(lines).encode()).json()["rows"]
    assert first["reason"].startswith("the title has 0 characters")
    assert (first["further"], last["id"]) == ([{"id": "m", "image": "b.jpg"}], "p")
    assert (wide["fields"], wide["surplus"]) == ({"id": "n", "title": "Mug", "image": "red"}, ["c.jpg"])
    assert open_quote["fields"] == {"id": 'o,"Pot'}


def test_files_are_sorted_as_a_folder_is(client: Client, tmp_path: Path) -> None:
    paths = [
        "red_mug.jpg",
        "a-b.jpg",
        "a/b.jpg",
        "x.heic",
        "@eaDir/a.jpg",
        "shop.csv",
        "archive.png",
        "..jpg",
    ]
    found = client.post("/items/files", json={"paths": paths}).json()
    assert (found["tables"], found["system"], found["kinds"]) == (["shop.csv"], 2, {".heic": 1})
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    rows = [row for row in read_rows(tmp_path) if not isinstance(row, BadRow)]
    told = {row["path"]: (row["id"], row["title"]) for row in found["pictures"]}
    assert told == {
        str(row.where).removeprefix(f"{tmp_path}/"): (row.draft.id, row.draft.title) for row in rows
    }


@pytest.mark.parametrize(
    ("path", "content", "status", "says"),
    [
        ("/items/table?name=t.csv", b"x" * (2**20 + 1), 413, "the table has more than 1048576 bytes"),
        ("/items/table", b"", 422, "`name` is missing"),
        ("/items/table?name=t.csv&map=x", b"", 400, "the mapping 'x' can't be read"),
        ("/items/table?name=t.csv&encoding=../x", b"", 400, "is not known"),
        ("/items/table?name=t.jsonl", b'{"a":' * 100_000, 200, "nested deeper than 64"),
        ("/items/files", b"[]", 400, "a JSON list"),
        ("/items/files", json.dumps({"paths": ["\ud800"]}).encode(), 400, "expected text"),
        ("/items/files", json.dumps({"paths": ["/" * 100_000, "", ".", "..", "\0.jpg"]}).encode(), 200, ""),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(
    client: Client, path: str, content: bytes, status: int, says: str
) -> None:
    answer = client.post(path, content=content)
    assert answer.status_code == status, answer.text
    assert says in answer.text


def test_more_at_once_than_the_room_holds_are_sent_away() -> None:
    app = build_app(ApiSettings(api_key="k3y", pictures_waiting=0), _parts(), Hub())

    async def tried(path: str, content: bytes) -> list[int]:
        transport = httpx.ASGITransport(app)
        came, go_on = asyncio.Event(), asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            came.set()
            await go_on.wait()
            yield content

        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            first = asyncio.create_task(client.post(path, headers=KEY, content=slowly()))
            await came.wait()
            second = await client.post(path, headers=KEY, content=content)
            go_on.set()
            return [(await first).status_code, second.status_code]

    for path, content in (
        ("/items/table?name=t.csv", b"title,image\nMug,mug.jpg\n"),
        ("/items/files", b'{"paths":[]}'),
    ):
        assert asyncio.run(tried(path, content)) == [200, 429]


@pytest.mark.parametrize("path", ["/items/table?name=t.csv", "/items/files"])
def test_they_need_the_key(client: Client, path: str) -> None:
    assert client.post(path, headers={"Authorization": ""}).status_code == 401
