"""What the page sends before an import, and the rows that it is answered with."""

from __future__ import annotations

from pydantic import Field

from services.contract.model_base import Answer, Body, Text, with_example

_ROW = {
    "line": 2,
    "fields": {"handle": "mug", "title": "Red mug", "image src": "https://shop.example/mug.jpg"},
    "id": "mug",
    "title": "Red mug",
    "link": None,
    "metadata": {},
    "images": ["https://shop.example/mug.jpg"],
    "reason": None,
    "surplus": [],
    "further": [],
}


class TableRowAnswer(Answer):
    """An item of a table, or the reason why it can't be one."""

    line: int = Field(description="The line where it ends.")
    fields: dict[str, str] = Field(description="The filled values of its line by column, in small letters.")
    id: str | None = Field(description="Its id: named, or made of its first picture's path or address.")
    title: str | None = Field(description="Its title.")
    link: str | None = Field(description="Its own page.")
    metadata: dict[str, str] = Field(description="What else is known of it.")
    images: list[str] = Field(description="Paths from the table's folder, or addresses, the shown one first.")
    reason: str | None = Field(description="Why it is refused; null if it is not.")
    surplus: list[str] = Field(description="Values beyond the columns, and lines that can't be read.")
    further: list[dict[str, str]] = Field(
        description="The values of the lines below it that add pictures to it, by column."
    )


class TableAnswer(Answer):
    """A table that was read by the rule of docs/importing.md."""

    model_config = with_example(
        {
            "encoding": "utf-8",
            "separator": ",",
            "names": ["Handle", "Title", "Image Src"],
            "columns": {
                "title": ["Title"],
                "image": ["Image Src"],
                "id": ["Handle"],
                "link": [],
                "price": [],
                "currency": [],
                "category": [],
                "skip": [],
            },
            "foreign": True,
            "system": "Shopify",
            "left_out": {},
            "rows": [_ROW],
        }
    )
    encoding: str = Field(description="The encoding that it was read in.")
    separator: str = Field(description="The sign between its values; empty for JSON lines.")
    names: list[str] = Field(description="Its columns, as it writes them.")
    columns: dict[str, list[str]] = Field(
        description="The columns of each field; those of `skip` are left out."
    )
    foreign: bool = Field(description="Whether other columns than our own names were taken.")
    system: str | None = Field(description="The shop system that writes such columns, if one is known.")
    left_out: dict[str, int] = Field(description="Values that no item can hold, counted by column.")
    rows: list[TableRowAnswer] = Field(description="Its rows, in their order.")


class FilesBody(Body):
    """The files of a folder or of a choice."""

    model_config = with_example({"paths": ["mugs/red.jpg", "shop.csv", "@eaDir/red.jpg", "notes.docx"]})
    paths: list[Text] = Field(max_length=200_000, description="Their paths, with slashes.")


class PictureRowAnswer(Answer):
    """A picture, and the item that it becomes by itself."""

    path: str = Field(description="Its path.")
    id: str | None = Field(description="The item's id.")
    title: str | None = Field(description="The item's title.")
    reason: str | None = Field(description="Why it can't be an item by itself; null if it can.")


class FilesAnswer(Answer):
    """Files by their use."""

    model_config = with_example(
        {
            "pictures": [{"path": "mugs/red.jpg", "id": "mugs-red", "title": "red", "reason": None}],
            "tables": ["shop.csv"],
            "system": 1,
            "kinds": {".docx": 1},
        }
    )
    pictures: list[PictureRowAnswer] = Field(description="The pictures, in order.")
    tables: list[str] = Field(description="The paths of the tables.")
    system: int = Field(description="How many files are the system's own, such as thumbnails.")
    kinds: dict[str, int] = Field(description="How many files are of other kinds, by suffix.")
