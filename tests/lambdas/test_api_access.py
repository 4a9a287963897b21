"""Roles from the api function: keys and the audit are rows of the items' table, which all functions share."""

from __future__ import annotations

from contextlib import closing

import pytest

from services.bootstrap.lambdas.api import api_parts
from services.lambdas.api import ApiFunction
from tests.lambdas.calls import ask, json_body
from tests.lambdas.function import Aws, form
from tests.system.pictures import picture


def test_a_key_is_right_for_all_functions_until_one_of_them_revokes_it(function: ApiFunction) -> None:
    made = ask(function, "/keys", "POST", **json_body({"name": "안나", "role": "staff"}))
    assert made.status == 201, made.content
    key = made.json["key"]
    with closing(ApiFunction(api_parts())) as other:
        assert ask(other, "/access", key=key).json["role"] == "staff"
        assert ask(other, "/keys", key=key).status == 403
        added = ask(other, "/items", "POST", key=key, **form(image=picture(7), title="A jug", id="jug"))
        assert added.status == 201, added.content
        (line,) = ask(function, "/audit", query="limit=1").json["lines"]
        told = (line["name"], line["action"], line["subject"])
        assert told == ("안나", "added or replaced an item", "jug, A jug")
        assert ask(function, "/keys/안나", "DELETE").status == 200
        assert ask(other, "/items/jug", "DELETE", key=key).status == 401
    (row,) = ask(function, "/keys").json["keys"]
    assert (row["name"], row["last_used_at"] is None, row["revoked_at"] is None) == ("안나", False, False)
    assert ask(function, "/items/jug", "DELETE").status == 200


def test_what_is_shown_with_a_key_alone_is_kept_by_no_cache_that_others_share(
    on_aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_aws
    monkeypatch.setenv("LOOKALIKE_PUBLIC", "nothing")
    with closing(ApiFunction(api_parts())) as closed:
        assert ask(closed, "/matches", key=None).status == 401
        assert ask(closed, "/matches").headers["cache-control"] == "private, max-age=1"
        assert ask(closed, "/matches/stream").status == 501
