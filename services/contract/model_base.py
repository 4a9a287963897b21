"""The common base of bodies and answers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.core.domain import is_text


def with_example(example: Any, **more: Any) -> ConfigDict:
    """The configuration of a model that has this example in OpenAPI, and `more` JSON schema keywords."""
    return ConfigDict(json_schema_extra={"example": example, **more})


def example_of(model: type[BaseModel]) -> Any:
    """A model's example, None if it has none."""
    extra = model.model_config.get("json_schema_extra")
    return extra.get("example") if isinstance(extra, dict) else None


def _checked_text(value: str) -> str:
    if not is_text(value):
        raise PydanticCustomError("string_unicode", "expected text")
    return value


# JSON may hold half of a surrogate pair, which no store can keep.
Text = Annotated[str, AfterValidator(_checked_text)]


# The id of a showing, which a store can keep.
ShowingNumber = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Body(BaseModel):
    """A JSON body; a misspelt field is refused, and no value is converted to another kind."""

    model_config = ConfigDict(extra="forbid", strict=True)
    # The expectation that a refusal names, if the field's kind alone does not tell.
    expected: ClassVar[str] = ""


class Answer(BaseModel):
    """The answer of a call; clients ignore fields that they do not know."""
