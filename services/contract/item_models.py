"""Items, the changes of them, and the archive of all."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from services.contract.examples import CHANGED_ITEM, GONE, ITEM, UNDO
from services.contract.match_models import CHANGE
from services.contract.model_base import Answer, Body, ShowingNumber, Text, with_example
from services.core.importing.json_lines import as_text

# A value that is no text is kept as its JSON.
MetadataValue = Annotated[Text, BeforeValidator(as_text), WithJsonSchema({"type": "string"})]


class ItemFeedbackAnswer(Answer):
    """The feedback counts of an item; replacing it keeps them, deleting it ends them."""

    right: int = Field(description="Records for which people confirmed it.")
    wrong: int = Field(description="Records that showed it wrongly.")


class ItemAnswer(Answer):
    """One entry of the catalogue."""

    model_config = with_example(ITEM)
    id: str = Field(description="Its id.")
    revision: str = Field(
        description="Changes with its words and pictures, not with feedback or another model's vectors."
    )
    title: str = Field(description="Its title.")
    url: str = Field(description="The address of the picture that is shown; it changes with the picture.")
    pictures: list[str] = Field(description="The addresses of all its pictures, the shown one first.")
    taught: list[int] = Field(
        default=[], description="The places in `pictures`, from 0, of those that a camera took."
    )
    link: str | None = Field(description="Its own page.")
    metadata: dict[str, str] = Field(description="What else is known of it.")
    model: str = Field(description="The fingerprint of the model that made its vectors.")
    views: int = Field(description="How many vectors it is found by.")
    feedback: ItemFeedbackAnswer = Field(description="How often people judged it.")


class ItemPageAnswer(Answer):
    """A page of the catalogue."""

    model_config = with_example({"items": [ITEM], "next": "mug-7", "total": 12})
    items: list[ItemAnswer] = Field(description="The items of this page.")
    next: str | None = Field(description="The `cursor` of the next page; null on the last.")
    total: int | None = Field(
        default=None, description="How many items there are, of those asked for; null with `text`."
    )


class FacetValueAnswer(Answer):
    """A value of a field."""

    value: str = Field(description="The value.")
    count: int = Field(description="How many of the items have it.")


class FacetAnswer(Answer):
    """A field of the items' metadata."""

    field: str = Field(description="Its name.")
    values: list[FacetValueAnswer] = Field(description="Its commonest values, at most 20.")
    more: int = Field(description="How many further values it has.")


class FacetsAnswer(Answer):
    """The metadata of the items that are asked for, by field."""

    model_config = with_example(
        {
            "total": 12,
            "facets": [
                {
                    "field": "colour",
                    "values": [{"value": "blue", "count": 7}, {"value": "red", "count": 5}],
                    "more": 0,
                }
            ],
        }
    )
    total: int = Field(description="How many items are asked for.")
    facets: list[FacetAnswer] = Field(description="Each field, that of most items first.")


class SamePictureAnswer(Answer):
    """Another item that no camera can tell from this one."""

    id: str = Field(description="Its id.")
    title: str = Field(description="Its title.")


class ChangedItemAnswer(ItemAnswer):
    """An item after a change."""

    model_config = with_example(CHANGED_ITEM)
    change: int = Field(description=CHANGE)
    undo: str = Field(description="The token that takes this change back, for POST /items/undo.")
    same_picture: list[SamePictureAnswer] = Field(
        default=[],
        description="After a change with a picture: up to 10 other items with the same one, or nearly so.",
    )


class GoneItemAnswer(Answer):
    """A change after which there is no item of that id."""

    model_config = with_example(GONE)
    id: str = Field(description="The id of the item that is gone.")
    change: int = Field(description=CHANGE)
    undo: str = Field(description="The token that takes this change back, for POST /items/undo.")


# The fields of a body that name its picture.
PICTURE_SOURCES = ("url", "thing", "showing")


class _PictureBody(Body):
    """A picture's source."""

    url: Text | None = Field(None, description="A picture's address; the picture is copied.")
    thing: Text | None = Field(None, description="A camera's name; the thing that it sees is the picture.")
    showing: ShowingNumber | None = Field(
        None, description="A showing of the history; what the camera saw then is the picture."
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in PICTURE_SOURCES if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"both `{given[0]}` and `{given[1]}` are given; expected one of them")
        return self


class ItemEditBody(_PictureBody):
    """Changes of an item; fields that are left out stay."""

    model_config = with_example({"title": "Blue mug, 0.4 l", "metadata": {"colour": "blue"}})
    title: Text | None = Field(None, description="Its title, 1 to 300 characters.")
    link: Text | None = Field(None, description="Its own page, an http(s) address; null takes it away.")
    metadata: dict[str, MetadataValue] = Field({}, description="All its metadata, at most 50 fields.")


class NewItemBody(ItemEditBody):
    """A new item, or one that replaces the item of that id; with one of `url`, `thing` and `showing`."""

    model_config = with_example(
        {"id": "mug-7", "title": "Blue mug", "url": "https://shop.example/mugs/7.jpg"},
        # A missing title is refused like an empty one, by its length.
        required=["title"],
    )
    id: Text | None = Field(None, description="Its id, up to 200 characters; without one it gets one.")


class NewViewBody(_PictureBody):
    """A further picture of an item: one of `url`, `thing` and `showing`."""

    model_config = with_example({"thing": "cam-1"})


class ItemQueryBody(Body):
    """Items by what GET /items takes."""

    q: str = Field("", max_length=500, description="Words that they have.")
    facet: list[Text] = Field([], description="Metadata that they have, `field:value`.")


# A schema of its own would have to stand beside the answers'.
_Matching = Annotated[
    ItemQueryBody,
    WithJsonSchema(
        {
            "type": "object",
            "properties": {"q": {"type": "string"}, "facet": {"type": "array", "items": {"type": "string"}}},
            "additionalProperties": False,
        }
    ),
]


class BatchBody(Body):
    """A change of many items, of `ids` or of those `matching`: `set` and `remove` metadata, or `delete`."""

    model_config = with_example(
        {"matching": {"facet": ["colour:blue"]}, "set": {"shelf": "7"}, "remove": ["note"]}
    )
    ids: list[Text] | None = Field(
        None, description="Their ids, at most 10,000; one named twice counts once."
    )
    matching: _Matching | None = Field(
        None,
        description='Those that GET /items finds, at most 10,000: `{"q", "facet": […]}`, both as there; {} '
        "for all.",
    )
    set: dict[str, MetadataValue] = Field({}, description="Metadata to set; other fields stay.")
    remove: list[Text] = Field([], description="Fields of metadata to remove.")
    delete: bool = Field(False, description="Delete the items.")

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.ids is None) == (self.matching is None):
            raise ValueError("expected either `ids` or `matching`")
        if self.delete and (self.set or self.remove):
            raise ValueError("`delete` is given with `set` or `remove`; expected one of them")
        return self


class RefusedChangeAnswer(Answer):
    """An item that was not changed."""

    id: str = Field(description="Its id.")
    detail: str = Field(description="Why it was not.")


class BatchAnswer(Answer):
    """The outcome of a change of many items."""

    model_config = with_example(
        {
            "changed": 499,
            "refused": [{"id": "mug-7", "detail": "item 'mug-7' has changed since it was read"}],
            "change": 640,
            "undo": UNDO,
        }
    )
    changed: int = Field(description="How many items were changed; not those that were so already.")
    refused: list[RefusedChangeAnswer] = Field(
        description="Those that could not be, and stayed as they were."
    )
    change: int = Field(description=CHANGE)
    undo: str | None = Field(
        description="The token that takes all of it back, for POST /items/undo; null if nothing changed, or "
        "if it is too much to be kept."
    )


class UndoBody(Body):
    """The change to take back."""

    model_config = with_example({"undo": UNDO})
    undo: Text = Field(description="The token that the change was answered with.")


class RefusedItemAnswer(Answer):
    """An item of an archive that was refused."""

    item: int = Field(description="Its number in the archive, from 1.")
    reason: str = Field(description="What is wrong with it.")


class ImportAnswer(Answer):
    """The outcome of an import."""

    model_config = with_example(
        {
            "items": 60,
            "anew": 0,
            "change": 145,
            "refused": [{"item": 7, "reason": "its picture is not in the archive"}],
        }
    )
    items: int = Field(description="How many items are in the catalogue now.")
    anew: int = Field(description="How many of them came with another model's vectors and got new ones.")
    change: int = Field(description=CHANGE)
    refused: list[RefusedItemAnswer] = Field(description="The items that are not, each with its reason.")


class KeptAnswer(Answer):
    """Whether staged vectors were kept."""

    model_config = with_example({"kept": True})
    kept: bool = Field(description="False if the item is gone or its pictures have changed.")


class CatalogueModelBody(Body):
    """The model to declare the catalogue's."""

    model_config = with_example({"model": "f6119f54bb0b"})
    expected: ClassVar[str] = 'expected JSON {"model": a fingerprint of 12 hex digits}'
    model: str = Field(pattern="^[0-9a-f]{12}$", description="A fingerprint, 12 hex digits.")


class CatalogueModelAnswer(Answer):
    """The catalogue's model."""

    model_config = with_example({"model": "f6119f54bb0b"})
    model: str | None = Field(description="Its fingerprint; null for an empty catalogue.")


def given(body: ItemEditBody) -> dict[str, Any]:
    """The given words of a body, without its picture's source."""
    return {name: getattr(body, name) for name in body.model_fields_set - set(PICTURE_SOURCES)}
