"""Reading of tables and of files' names for an import on the page, by the rule of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.body_schemas import FILE, json_body, request_body
from services.api.items import json_response
from services.api.picture_room import PictureRoom
from services.api.request_body import parse_body, read_at_most, read_json_bytes
from services.api.rights import WORK
from services.bootstrap.limit_settings import LimitSettings
from services.contract.import_models import (
    FilesAnswer,
    FilesBody,
    PictureRowAnswer,
    TableAnswer,
    TableRowAnswer,
)
from services.contract.problem_models import BUSY_WITH_PICTURES, problems
from services.contract.problems import problem
from services.core.importing.columns import ColumnsError
from services.core.importing.file_names import sort_names
from services.core.importing.import_rows import Row, picture_rows
from services.core.importing.mapping import parse_map
from services.core.importing.table_rows import TableRow
from services.core.importing.tables import Table, most, read_table

# More take long to be sent from a page, each with its picture.
MAX_ROWS = 50_000
_TABLE = {"application/octet-stream": {"schema": FILE, "example": "<the bytes of a table>"}}
_NO_COLUMNS = {
    "detail": "shop.csv: the first line names no column `title` and `image` or `url`, nor others known for "
    "these; it has ref, words; expected a mapping of columns such as title=Name,image=Photo",
    "names": ["Ref", "Words"],
    "samples": [{"Ref": "7", "Words": "Red mug"}],
    "columns": {"title": [], "image": [], "id": []},
}
_UNCLEAR = (
    "shop.csv line 2 is not UTF-8 (byte 0xAF), and its encoding is unclear; save it as UTF-8, or name its "
    "encoding"
)
_TABLE_PROBLEMS = problems(
    {400: [_NO_COLUMNS, _UNCLEAR], 413: "the table has more than 8388608 bytes", 429: BUSY_WITH_PICTURES}
)
_FILES_PROBLEMS = problems(
    {
        400: "`paths` is missing; expected a value",
        413: "the JSON has more than 8388608 bytes",
        429: BUSY_WITH_PICTURES,
    }
)
_Name = Annotated[
    str, Query(min_length=1, max_length=1000, description="Its path; .jsonl is JSON lines, .xml a feed.")
]
_Encoding = Annotated[str, Query(max_length=40, description="Its encoding, in place of the one found.")]
_Map = Annotated[
    str,
    Query(alias="map", max_length=8000, description="Its columns, such as `title=Name,image=Photo;Side`."),
]


def build_router(limits: LimitSettings) -> APIRouter:
    """The routes; they touch neither catalogue nor files."""
    router = APIRouter(tags=["items"])
    most_bytes = limits.max_table_mib * 2**20
    # A table takes many times its size while it is read, and so does a list of names.
    room = PictureRoom(at_work=1, waiting=limits.pictures_waiting, wait_s=limits.picture_wait_s)

    @router.post(
        "/items/table",
        dependencies=WORK,
        summary="Read a table for an import",
        response_model=TableAnswer,
        openapi_extra=request_body(_TABLE),
        responses=_TABLE_PROBLEMS,
    )
    async def table(request: Request, name: _Name, encoding: _Encoding = "", columns: _Map = "") -> Response:
        """The rows of a CSV or of JSON lines, as `lookalike items import` reads them; nothing is kept.

        If its columns are not known, the answer is 400 with their `names`, and the values of its first three
        rows by these in `samples`; `columns` are those that are known.
        """
        too_large, given = f"the table has more than {most_bytes} bytes", parse_map([columns])

        def read(content: bytes) -> Response:
            found = read_table(content, name=name, encoding=encoding, given=given)
            return Response(_table_json(found), media_type="application/json")

        async with room.place(request):
            content = await read_at_most(request, most_bytes, too_large=too_large)
            async with room.turn():
                try:
                    return await run_in_threadpool(read, content)
                except ColumnsError as error:
                    return problem(
                        400, str(error), names=error.names, samples=error.samples, columns=error.columns
                    )

    @router.post(
        "/items/files",
        dependencies=WORK,
        summary="Sort files for an import",
        response_model=FilesAnswer,
        openapi_extra=json_body(FilesBody),
        responses=_FILES_PROBLEMS,
    )
    async def files(request: Request) -> Response:
        """Tables and pictures among these files, and how many are passed over; only names are sent."""
        async with room.place(request):
            body = await read_json_bytes(request, most_bytes=most_bytes)
            async with room.turn():
                return await run_in_threadpool(
                    lambda: json_response(_files_answer(parse_body(body, FilesBody).paths))
                )

    return router


def _table_json(table: Table) -> str:
    """The answer, whose many rows are written one by one: a model of each at once takes twice the memory."""
    rows = most(table.read(), MAX_ROWS, table.name)
    answer = TableAnswer(
        encoding=table.encoding,
        separator=table.separator,
        names=list(table.names),
        columns=table.columns.by_field(table.names),
        foreign=table.columns.foreign,
        system=table.columns.system or None,
        left_out=dict(table.left_out),
        rows=[],
    )
    begin = answer.model_dump_json().removesuffix("]}")
    return f"{begin}{','.join(_row_answer(row).model_dump_json() for row in rows)}]}}"


def _row_answer(row: TableRow) -> TableRowAnswer:
    draft = row.draft
    return TableRowAnswer(
        line=row.line,
        fields=_texts(row.fields),
        surplus=list(map(_text, row.surplus)),
        further=list(map(_texts, row.further)),
        id=draft and draft.id,
        title=draft and draft.title,
        link=draft and draft.link,
        metadata=dict(draft.metadata) if draft else {},
        images=list(row.images) if draft else [],
        reason=row.reason or None,
    )


def _texts(fields: Mapping[str, str]) -> dict[str, str]:
    return {_text(name): _text(value) for name, value in fields.items()}


def _text(value: str) -> str:
    """A value of a refused row, which may hold what no text can."""
    return value.encode(errors="replace").decode()


def _files_answer(paths: list[str]) -> FilesAnswer:
    names = sort_names(sorted(set(paths), key=lambda path: path.split("/")), tables=True)
    rows = zip(names.pictures, picture_rows(names.pictures, lambda name: name), strict=True)
    return FilesAnswer(
        pictures=[
            PictureRowAnswer(path=path, id=row.draft.id, title=row.draft.title, reason=None)
            if isinstance(row, Row)
            else PictureRowAnswer(path=path, id=None, title=None, reason=row.reason)
            for path, row in rows
        ],
        tables=names.tables,
        system=sum(names.passed.system.values()),
        kinds=dict(names.passed.kinds),
    )
