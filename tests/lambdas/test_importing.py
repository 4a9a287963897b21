"""The import function: archives, exports and tables through S3."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from services.adapters.running_api import ApiImportWriter
from services.bootstrap.lambdas.api import api_parts
from services.bootstrap.lambdas.importing import import_parts
from services.core.catalogue.items import Draft
from services.core.errors import InputError
from services.core.importing.archive import Archive
from services.core.importing.import_run import ImportRun
from services.core.importing.item_maker import Job
from services.lambdas.api import ApiFunction
from services.lambdas.importing import ImportFunction
from tests.lambdas.function import Answered, Aws, FakeContext, golden, http_event
from tests.lambdas.gateway import behind_gateway
from tests.system.pictures import picture

CSV = "id,title,image\ncup,A cup,cup.jpg\njug,A jug,jug.jpg\nlost,A lost one,none.jpg\n"


@pytest.fixture(scope="module")
def api(on_aws: Aws) -> Iterator[ApiFunction]:
    assert on_aws
    with closing(ApiFunction(api_parts())) as made:
        yield made


@pytest.fixture(scope="module")
def function(on_aws: Aws) -> ImportFunction:
    assert on_aws
    return ImportFunction(import_parts())


@pytest.fixture
def told(on_aws: Aws) -> Any:
    """The event in which S3 tells of a key."""

    def event(key: str) -> Any:
        event = golden("s3-put")
        event["Records"][0]["s3"] |= {"bucket": {"name": on_aws.bucket}, "object": {"key": key}}
        return event

    return event


def ask(api: ApiFunction, path: str, method: str = "GET", *, left_s: float = 10) -> Answered:
    return Answered.of(api(http_event(path, method), FakeContext(left_s)))


@pytest.fixture(scope="module")
def shop(function: ImportFunction, on_aws: Aws) -> None:
    """A catalogue that was imported from a table in S3."""
    for name, content in [("t.csv", CSV.encode()), ("cup.jpg", picture(1)), ("jug.jpg", picture(2))]:
        on_aws.s3.put_object(Bucket=on_aws.bucket, Key=f"supplier/{name}", Body=content)
    found = function({"do": "import", "source": f"s3://{on_aws.bucket}/supplier/t.csv"}, FakeContext(900))
    assert found["items"] == 2
    ((refused),) = found["refused"]
    assert "none.jpg" in refused["reason"]


@pytest.fixture(scope="module")
def exported(shop: None, function: ImportFunction, on_aws: Aws) -> bytes:
    """All items as an archive."""
    assert shop is None
    name = function({"do": "export"}, FakeContext(900))["exported"].removeprefix(f"s3://{on_aws.bucket}/")
    return bytes(on_aws.s3.get_object(Bucket=on_aws.bucket, Key=name)["Body"].read())


def test_an_export_is_an_archive_of_all_items(exported: bytes, api: ApiFunction) -> None:
    archive = Archive(io.BytesIO(exported))
    archive.verify()
    assert archive.count == 2
    there = ask(api, "/items/archive")
    assert there.status == 303
    assert httpx.get(there.headers["location"]).content == exported


def test_an_export_that_a_visitor_wishes_for_is_made(
    shop: None, api: ApiFunction, function: ImportFunction, on_aws: Aws, told: Any
) -> None:
    assert shop is None
    assert ask(api, "/items/cup", "DELETE").status == 200
    assert ask(api, "/items/archive", left_s=0).status == 503
    (wish,) = on_aws.s3.list_objects_v2(Bucket=on_aws.bucket, Prefix="exchange/work/")["Contents"]
    assert function(told(wish["Key"]), FakeContext(900))["dropped"] == {}
    there = ask(api, "/items/archive", left_s=0)
    archive = Archive(io.BytesIO(httpx.get(there.headers["location"]).content))
    assert archive.count == 1
    assert "Contents" not in on_aws.s3.list_objects_v2(Bucket=on_aws.bucket, Prefix="exchange/work/")


def test_an_uploaded_archive_is_imported_and_its_sender_finds_the_outcome(
    exported: bytes, api: ApiFunction, function: ImportFunction, told: Any
) -> None:
    upload = ask(api, "/items/archive", "POST").json
    assert httpx.put(upload["url"], content=exported).status_code == 200
    key = httpx.URL(upload["url"]).path.split("/", 2)[2]
    assert ask(api, f"/{upload['result']}").status == 202
    function(told(key), FakeContext(900))
    outcome = ask(api, f"/{upload['result']}")
    assert outcome.status == 200
    assert (outcome.json["items"], outcome.json["refused"]) == (2, [])
    assert ask(api, "/items/cup").status == 200


def test_the_command_line_uploads_what_is_too_large_for_a_call(
    api: ApiFunction, function: ImportFunction, on_aws: Aws, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.lambdas.api_app.MOST_BYTES", 1000)

    def imported(_s: float) -> None:
        (work,) = on_aws.s3.list_objects_v2(Bucket=on_aws.bucket, Prefix="exchange/work/")["Contents"]
        function(told(work["Key"]), FakeContext(900))

    with closing(ApiFunction(api_parts())) as small, behind_gateway(small) as address:
        headers = {"Authorization": "Bearer s3cret"}
        with httpx.Client(base_url=address, headers=headers) as client:
            writer = ApiImportWriter(client, pause=imported)
            jobs = [Job("one", Draft(id="lamp", title="A lamp"), lambda: [picture(9)])]
            counts = ImportRun(function.parts.maker, writer).run(jobs)
    assert (counts.kept, counts.refused) == (1, 0)
    assert ask(api, "/items/lamp").json["title"] == "A lamp"
    assert ask(api, "/items/lamp", "DELETE").status == 200


def test_an_upload_that_is_no_archive_is_refused_in_words(
    api: ApiFunction, function: ImportFunction, told: Any
) -> None:
    upload = ask(api, "/items/archive", "POST").json
    httpx.put(upload["url"], content=b"no archive")
    function(told(httpx.URL(upload["url"]).path.split("/", 2)[2]), FakeContext(900))
    outcome = ask(api, f"/{upload['result']}")
    assert outcome.status == 400
    assert "archive" in outcome.json["detail"]


def test_an_import_that_runs_out_of_time_goes_on_when_s3_tells_of_it_again(
    exported: bytes,
    api: ApiFunction,
    function: ImportFunction,
    told: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = ask(api, "/items/archive", "POST").json
    httpx.put(upload["url"], content=exported)
    event = told(httpx.URL(upload["url"]).path.split("/", 2)[2])
    times = iter([100.0, 0.0])
    with monkeypatch.context() as short:
        short.setattr(function.parts.calls, "left_s", lambda: next(times))
        (found,) = function(event, FakeContext(900))["done"]
    assert (found["items"], found["left"]) == (1, 1)
    assert ask(api, f"/{upload['result']}").status == 202
    (found,) = function(event, FakeContext(900))["done"]
    assert found["items"] == 2
    assert ask(api, f"/{upload['result']}").json["items"] == 2


def test_pictures_that_no_item_names_are_collected(function: ImportFunction) -> None:
    assert function({"do": "collect"}, FakeContext(900)) == {"collected": 0}


def test_a_tables_columns_are_named(function: ImportFunction, on_aws: Aws) -> None:
    content = "Words;Shot;Ref\nŻółta;cup.jpg;yellow\n".encode("cp1250")
    on_aws.s3.put_object(Bucket=on_aws.bucket, Key="supplier/cp1250.csv", Body=content)
    on_aws.s3.put_object(Bucket=on_aws.bucket, Key="supplier/cup.jpg", Body=picture(1))
    asked = {"do": "import", "source": f"s3://{on_aws.bucket}/supplier/cp1250.csv", "encoding": "cp1250"}
    found = function(asked | {"map": "title=Words,image=Shot,id=Ref"}, FakeContext(900))
    assert (found["items"], found["refused"]) == (1, [])
    (item,) = function.parts.catalogue.store.facts(["yellow"])
    assert item is not None
    assert item.title == "Żółta"
    with pytest.raises(InputError, match="there is no column 'wrds' \\(did you mean 'words'"):
        function(asked | {"map": "title=Wrds,image=Shot"}, FakeContext(900))


@pytest.mark.parametrize(
    "asked",
    [
        {"do": "sing"},
        {"do": "import"},
        {"do": "import", "source": "/etc"},
        {"do": "import", "source": "s3://b/t.csv", "map": 7},
        {"do": "import", "source": "s3://b/t.csv", "map": "Name"},
    ],
)
def test_what_it_can_not_do_is_an_error_of_the_call(function: ImportFunction, asked: Any) -> None:
    with pytest.raises(InputError, match="expected"):
        function(asked, FakeContext(900))


@pytest.mark.parametrize("event", [None, 7, [], {}, {"Records": 7}, {"Records": [None, {}]}, "s3"])
def test_an_event_of_another_form_is_counted(function: ImportFunction, event: Any) -> None:
    found = function(event, FakeContext(900))
    assert found["done"] == []
    assert set(found["dropped"]) == {"event"}


def test_an_object_that_is_no_work_is_counted(function: ImportFunction, told: Any) -> None:
    assert function(golden("s3-test"), FakeContext(900)) == {"done": [], "dropped": {}}
    elsewhere = golden("s3-put")
    assert function(elsewhere, FakeContext(900))["dropped"] == {"event": 1}
    for key in ("exchange/work/x.exe", "pictures/x.zip", "exchange/results/x.zip"):
        assert function(told(key), FakeContext(900))["dropped"] == {"object": 1}
