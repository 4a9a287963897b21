"""Keys, roles and the audit."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from services.contract.model_base import Answer, Body, Text, with_example

Roles = Literal["viewer", "staff", "owner"]
_NOW = "2026-11-30T10:00:00.000Z"
KEY = {
    "name": "Anna",
    "role": "staff",
    "made_at": _NOW,
    "last_used_at": "2026-11-30T10:12:00.000Z",
    "revoked_at": None,
}
LINE = {
    "id": "82357236000000003f1c",
    "at": _NOW,
    "name": "Anna",
    "role": "staff",
    "call": "DELETE /items/{item_id}",
    "action": "deleted an item",
    "subject": "mug-7",
}


class AccessAnswer(Answer):
    """Who calls, and what they may see."""

    model_config = with_example({"name": "Anna", "role": "staff", "public": "catalogue", "keyed": True})
    name: str | None = Field(description="The name of the key that was sent; null without one.")
    role: Roles | None = Field(description="Its role; null without a key.")
    public: Literal["nothing", "matches", "catalogue"] = Field(
        description="What anybody may see without a key: the setting `LOOKALIKE_PUBLIC`."
    )
    keyed: bool = Field(
        description="Whether there is an owner's key; without one everybody on this machine is the owner."
    )


class NewKeyBody(Body):
    """A key to make."""

    model_config = with_example({"name": "Anna", "role": "staff"})
    expected: ClassVar[str] = 'expected {"name": …, "role": "viewer" or "staff"}'
    name: Text = Field(description="Whose it is: 1 to 64 characters in any script, no other key's name.")
    role: Literal["viewer", "staff"] = Field(description="What it allows.")


class NewKeyAnswer(Answer):
    """A key that was made, for this once."""

    model_config = with_example({"name": "Anna", "role": "staff", "key": "<32 characters, shown only now>"})
    name: str = Field(description="Whose it is.")
    role: Roles = Field(description="What it allows.")
    key: str = Field(description="The key. Only its hash is kept, so that nobody can be shown it again.")


class KeyAnswer(Answer):
    """What is known of a key."""

    model_config = with_example(KEY)
    name: str = Field(description="Whose it is.")
    role: Roles = Field(description="What it allows.")
    made_at: str = Field(description="When it was made.")
    last_used_at: str | None = Field(description="When it was last used, to the minute; null: never.")
    revoked_at: str | None = Field(description="When it was revoked; null while it is right.")


class KeysAnswer(Answer):
    """The keys beside the owner's."""

    model_config = with_example({"keys": [KEY]})
    keys: list[KeyAnswer] = Field(
        description="In the order in which they were made; those that were revoked stay for 90 days."
    )


class AuditLineAnswer(Answer):
    """A change, and who made it."""

    model_config = with_example(LINE)
    id: str = Field(description="The line's id, for `after`.")
    at: str = Field(description="When it was.")
    name: str = Field(description="The name of the key that was used; `owner` for the owner's.")
    role: Roles = Field(description="The role of that key.")
    call: str = Field(description="The call, as this document names it.")
    action: str = Field(description="What was done, in words.")
    subject: str = Field(description="What it was done to, such as `mug-7` or `3 items`; may be empty.")


class AuditAnswer(Answer):
    """Lines of the audit."""

    model_config = with_example({"lines": [LINE], "next": None})
    lines: list[AuditLineAnswer] = Field(description="Newest first.")
    next: str | None = Field(description="`after` of the next page; null behind the last.")
