"""The OpenAPI declarations of the calls that change items: bodies and errors."""

from __future__ import annotations

from typing import Any

from services.api.body_schemas import item_body, json_body
from services.api.items import NO_ITEM
from services.contract.examples import ITEM
from services.contract.item_models import (
    ChangedItemAnswer,
    GoneItemAnswer,
    ItemEditBody,
    NewItemBody,
    NewViewBody,
    UndoBody,
)
from services.contract.problem_models import (
    BUSY_WITH_PICTURES,
    DISK_FULL,
    LARGE_PICTURE,
    STORE_AWAY,
    problems,
)

_OTHER_MODEL = (
    "the catalogue is of model f6119f54bb0b by now, and this process runs model 67b852d76d55: start it again "
    "with the LOOKALIKE_MODEL of the last `lookalike index rebuild`"
)
_NO_SHOWING = "no picture of showing 1764423000123 was kept"
_OFFLINE = "cam-1 is offline, so it shows nothing now"
_NO_PICTURE = (
    "there is no picture; expected the file `image` in multipart/form-data, or in JSON `url` (a picture's "
    "address), `thing` (a camera's name) or `showing` (a showing of the history)"
)
_NO_REVISION = "If-Match is 'x'; expected one item's `revision` in quotes, or its ETag"
_CHANGED = {"detail": "item 'mug-7' has changed since it was read", "current": ITEM}
_WRONG_TYPE = "content type 'text/xml'; expected multipart/form-data or application/json"
_BOXES = "2 fields `box` and 1 files `image`; expected one for each"
_BOX = "box is '0,0,2,1'; expected shares of the picture: left,top,width,height inside 0 to 1, with some area"
_NO_ANSWER = "cam-1 is online, but sent no picture within 3 s; try again, or give a picture file"
# Errors of a picture's source, beside those of the words.
_SOURCE: dict[int, str | list[str]] = {
    413: [LARGE_PICTURE, "the JSON has more than 1048576 bytes"],
    415: _WRONG_TYPE,
    429: BUSY_WITH_PICTURES,
    503: STORE_AWAY,
    507: DISK_FULL,
    504: _NO_ANSWER,
}
_ADD_BODY = item_body(
    NewItemBody,
    required=["title", "image"],
    example={"title": "Blue mug", "id": "mug-7", "link": "https://shop.example/mugs/7", "colour": "blue"},
)
_EDIT_BODY = item_body(ItemEditBody, required=[], example={"title": "Blue mug, 0.4 l", "colour": "blue"})
_VIEW_BODY = item_body(NewViewBody, required=["image"], example={})
_ADD_PROBLEMS = problems(
    {
        400: [
            "the title has 0 characters; expected 1 to 300",
            "unknown field 'titel'; expected id, link, metadata, showing, thing, title, url",
            _NO_PICTURE,
            _BOX,
            _BOXES,
            "nothing to see: the picture is transparent, or of one colour all over; expected one of the item",
        ],
        404: ["there is no camera 'cam-9'", _NO_SHOWING],
        409: [_CHANGED, _OTHER_MODEL, _OFFLINE],
        **_SOURCE,
    }
)
_EDIT_PROBLEMS = problems(
    {
        400: ["the link 'shop' is not an http or https address", "`title` is 7; expected text", _NO_REVISION],
        404: [NO_ITEM, "there is no camera 'cam-9'", _NO_SHOWING],
        409: [_CHANGED, _OTHER_MODEL, _OFFLINE],
        **_SOURCE,
    }
)
_VIEW_PROBLEMS = problems(
    {
        400: ["item 'mug-7' has 16 pictures already, and that is the most", _NO_PICTURE, _BOX, _BOXES],
        404: [NO_ITEM, "there is no camera 'cam-9'", _NO_SHOWING],
        409: [_CHANGED, _OTHER_MODEL, _OFFLINE],
        **_SOURCE,
    }
)
_DELETE_PROBLEMS = problems({400: _NO_REVISION, 404: NO_ITEM, 409: _CHANGED, 503: STORE_AWAY, 507: DISK_FULL})
_REMOVE_PROBLEMS = problems(
    {
        400: _NO_REVISION,
        404: [NO_ITEM, "item 'mug-7' has the pictures 0 to 1, and no 2"],
        409: [_CHANGED, "it is the only picture of item 'mug-7'; delete the item instead", _OTHER_MODEL],
        422: "`n` is 'x'; expected a whole number",
        503: STORE_AWAY,
        507: DISK_FULL,
    }
)
_UNDO_PROBLEMS = problems(
    {
        400: "`undo` is missing; expected a value",
        404: "there is no change to undo under the token '4be1': each can be undone once, within 1 hour, "
        "while it is one of the last 1000, until the api restarts",
        409: {
            "detail": "item 'mug-7' has changed since then; undo the later change first, or edit it",
            "current": ITEM,
        },
        413: "the JSON has more than 1048576 bytes",
        503: STORE_AWAY,
        507: DISK_FULL,
    }
)
# Keyword arguments of the routes' decorators.
Route = dict[str, Any]
_CHANGES: Route = {"response_model": ChangedItemAnswer}
ADD: Route = {**_CHANGES, "openapi_extra": _ADD_BODY, "responses": _ADD_PROBLEMS}
EDIT: Route = {**_CHANGES, "openapi_extra": _EDIT_BODY, "responses": _EDIT_PROBLEMS}
DELETE: Route = {"response_model": GoneItemAnswer, "responses": _DELETE_PROBLEMS}
ADD_VIEW: Route = {**_CHANGES, "openapi_extra": _VIEW_BODY, "responses": _VIEW_PROBLEMS}
REMOVE_VIEW: Route = {**_CHANGES, "responses": _REMOVE_PROBLEMS}
UNDO: Route = {
    "response_model": ChangedItemAnswer | GoneItemAnswer,
    "openapi_extra": json_body(UndoBody),
    "responses": _UNDO_PROBLEMS,
}
