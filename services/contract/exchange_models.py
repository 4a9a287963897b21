"""Files that are too large for a function on AWS, and where they are exchanged instead."""

from __future__ import annotations

from pydantic import Field

from services.contract.model_base import Answer, with_example

_URL = "https://shop-pictures.s3.eu-west-1.amazonaws.com/exchange/…?X-Amz-Signature=…"


class UploadAnswer(Answer):
    """An address that takes a file."""

    model_config = with_example({"method": "PUT", "url": _URL, "result": "items/archive/imports/0f3a…"})
    method: str = Field(description="How the file is sent there: as the body of a `PUT`.")
    url: str = Field(description="The address, for an hour. It needs no key: keep it to yourself.")
    result: str = Field(
        description="What the file is named by later: of an archive the call that tells what became of its "
        "import, of a picture the `url` of POST /items."
    )


class WaitingAnswer(Answer):
    """A result that is not there yet."""

    model_config = with_example({"waiting": True})
    waiting: bool = Field(True, description="Ask again in a few seconds.")
