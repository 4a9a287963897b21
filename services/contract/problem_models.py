"""Problem documents (RFC 9457), and the declarations of those that calls can give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import Field

from services.contract.health_models import LoadingAnswer
from services.contract.item_models import ItemAnswer
from services.contract.model_base import Answer, with_example

MEDIA_TYPE = "application/problem+json"
# The place of problem documents' schema in every OpenAPI document of ours.
NAME = "ProblemAnswer"
REDIS_AWAY = "Redis: Error 111 connecting to 127.0.0.1:6379. Connection refused."
BROKER_AWAY = "the broker is not connected; reconnecting"
SEARCH_AWAY = "search at http://127.0.0.1:8081 does not answer: [Errno 111] Connection refused"
NO_PICTURE = "this is a HEIC picture; expected a JPEG, PNG, WEBP, GIF picture of at most 64 megapixels"
LARGE_PICTURE = (
    "the picture has 8000 x 8000 pixels; expected a PNG picture of at most 40 megapixels "
    "and 32768 pixels a side"
)
BUSY_WITH_PICTURES = "24 requests with pictures or tables are under way; try again in a few seconds"
TOO_LARGE = "Content Too Large"
STORE_AWAY = "item store: database is locked"
DISK_FULL = "picture store: No space left on device; make room on its disk, and it goes on by itself"


def problem_document(status: int, detail: str, **members: Any) -> dict[str, Any]:
    """A problem document; `detail` says what was wrong and what was expected, `members` are further ones."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}


class ProblemAnswer(Answer):
    """An error as a problem document (RFC 9457)."""

    model_config = with_example(problem_document(404, "there is no item 'mug-7'"))
    type: str = Field(description="Always `about:blank`: the status says the kind.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was wrong and what was expected.")
    current: ItemAnswer | None = Field(
        None, description="Only for a change of another revision: the item as it is; null if it is gone."
    )
    loading: LoadingAnswer | None = Field(None, description="Only while the index is loading: how far it is.")


Responses = dict[int | str, dict[str, Any]]
Example = str | dict[str, Any]


def problems(details: Mapping[int, Example | Sequence[Example]]) -> Responses:
    """The `responses` of a route: for each status examples of `detail`, or of it with further members."""
    return {
        status: _response(status, [each] if isinstance(each, str | dict) else each)
        for status, each in details.items()
    }


def _response(status: int, examples: Sequence[Example]) -> dict[str, Any]:
    documents = [
        problem_document(status, each) if isinstance(each, str) else problem_document(status, **each)
        for each in examples
    ]
    return {
        "description": HTTPStatus(status).phrase,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": f"#/components/schemas/{NAME}"},
                "examples": {str(number): {"value": each} for number, each in enumerate(documents, 1)},
            }
        },
    }
