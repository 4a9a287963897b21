"""Match records, the lists of them, and feedback on them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from services.contract.examples import CODE, MATCHED_ITEM, RECORD
from services.contract.model_base import Answer, Body, Text, with_example

CHANGE = "The store's cursor of this change: a search that has read it knows of the change."


class MatchedItemAnswer(Answer):
    """An item that resembles what the camera shows."""

    model_config = with_example(MATCHED_ITEM)
    id: str = Field(description="The item's id.")
    title: str = Field(description="The item's title.")
    url: str = Field(description="The absolute address of its picture; it changes with the picture.")
    link: str | None = Field(description="The item's own page.")
    score: float = Field(description="The probability that the camera shows this item, 0 to 1.")
    distance: float | None = Field(
        description="Euclidean, between unit vectors of this frame, 0 to 2; null for one by its code alone."
    )
    metadata: dict[str, str] = Field(description="What else the catalogue says of the item.")


class TimingsAnswer(Answer):
    """The duration of each stage, in milliseconds."""

    capture: float | None = Field(None, description="From the camera's frame to the model.")
    embed: float | None = Field(None, description="From picture to vector.")
    transport: float | None = Field(None, description="From the edge to the search.")
    search: float | None = Field(None, description="From vector to record.")
    codes: float | None = Field(None, description="Reading of barcodes and QR codes, at the camera.")


class CodeAnswer(Answer):
    """A barcode or QR code on the thing."""

    model_config = with_example(CODE)
    kind: Literal["ean_13", "ean_8", "upc_a", "upc_e", "qr"] = Field(description="What kind of code it is.")
    text: str | None = Field(description="What it says; null for a QR code that no item has.")
    box: tuple[float, float, float, float] = Field(
        description="Its place in the frame: left, top, width, height as shares."
    )
    item: str | None = Field(description="The id of its item; null if none has it, or several have.")


class RecordAnswer(Answer):
    """The answer to one frame of a camera."""

    model_config = with_example(RECORD)
    id: int | None = Field(description="Rises with each record; null for one that was never in the queue.")
    thing: str = Field(description="The camera's name; `upload` for POST /search.")
    session: str | None = Field(
        description="New at each start of the camera, 8 hex digits; null for the 2018 form."
    )
    seq: int | None = Field(description="The frame's number in its session; null for the 2018 form.")
    captured_at: str = Field(description="When the frame was captured.")
    searched_at: str = Field(description="When it was searched.")
    expires_at: str = Field(description="Until when it may be shown as live.")
    model: str | None = Field(description="The fingerprint of the model, 12 hex digits.")
    verdict: Literal["match", "unsure", "no_match"] = Field(
        description="Whether it is an item of the catalogue."
    )
    frames: int = Field(description="Over how many frames the answer was agreed, 1 to 8.")
    margin: float = Field(description="The best score minus the second, equals left out.")
    equals: list[str] | None = Field(
        None,
        description="Only if the best match has equals (the same picture, or nearly): their ids, it first.",
    )
    matches: list[MatchedItemAnswer] = Field(
        description="The likeliest items, best first, whatever the verdict."
    )
    box: tuple[float, float, float, float] | None = Field(
        description="The part of the frame that was looked at: left, top, width, height as shares."
    )
    scene: str | None = Field(
        None,
        description="Not with `match`: a mark of what was seen, 64 hex digits. Of frames of one scene few of "
        "the 256 bits differ.",
    )
    codes: list[CodeAnswer] | None = Field(None, description="Only if codes were read: at most 4.")
    code: Literal["agrees", "decides", "contradicts", "unclear"] | None = Field(
        None,
        description="Only with `codes`: how they go with the picture alone; null if no item has them.",
    )
    timings_ms: TimingsAnswer = Field(description="How long each stage took.")


class RecordsAnswer(Answer):
    """Match records, newest first."""

    model_config = with_example({"records": [RECORD]})
    records: list[RecordAnswer] = Field(description="Newest first.")


class MatchesOf2018Answer(Answer):
    """The newest record in the form of the 2018 sample's API."""

    model_config = with_example(
        {
            "statusCode": "200",
            "headers": {"Content-type": "application/json"},
            "body": '{"id":1764423000123,"matches":[{"id":"mug-7","title":"Grandma\\u0027s '
            'mug","score":0.93}]}',
        }
    )
    statusCode: str = Field(description="Always `200`.")  # noqa: N815
    headers: dict[str, str] = Field(description="Headers as a Lambda function gives them.")
    body: str = Field(description='A match record as text; `{"matches":[]}` for an empty queue.')


class FeedbackBody(Body):
    """A person's feedback on a record's best match."""

    model_config = with_example({"right": False, "item": "bowl-3"})
    expected: ClassVar[str] = (
        'expected {"right": true}, {"right": false} or {"right": false, "item": "<id of what it was>"}; '
        '{"right": null} withdraws it'
    )
    right: bool | None = Field(description="Whether the best match is right; null withdraws feedback.")
    item: Text | None = Field(None, description="The id of the item that it really was, if it was another.")


class FeedbackAnswer(Answer):
    """Feedback as it counts now."""

    model_config = with_example({"id": 1764423000123, "right": False, "item": "bowl-3", "change": 85})
    id: int = Field(description="The record's id.")
    right: bool | None = Field(description="Whether its best match is right; null for no feedback.")
    item: str | None = Field(description="The id of what it really was; null if that is unknown.")
    change: int = Field(description=CHANGE)
