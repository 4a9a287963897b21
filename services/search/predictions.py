"""Answers of SageMaker's k-NN protocol: labels and distances in JSON, JSON lines or CSV, as Accept has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.core.errors import InputError
from services.core.records import Neighbour
from services.search.invocations import RECORDIO
from services.search.media_type import MediaType

_ANY = ("", "*/*", "application/*")
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The form of an answer: its media type, and whether it has more than the nearest label."""

    kind: str = _JSON
    verbose: bool = False
    with_ids: bool = True

    @classmethod
    def accepted(cls, accept: str, *, with_ids: bool = True) -> AnswerForm:
        """The first form in a header `Accept` that can be given; raises InputError if there is none.

        `with_ids` a verbose one names the items too, which SageMaker's own does not.
        """
        wanted = [MediaType.of(part) for part in accept.split(",")]
        for each in wanted:
            kind = _JSON if each.kind in _ANY else each.kind
            if kind in _WRITERS:
                return cls(kind, each.parameters.get("verbose") == "true", with_ids)
        asked = ", ".join(each.kind for each in wanted)[:60]
        why = "recordio-protobuf is not written here; " if RECORDIO in asked else ""
        raise InputError(f"accept {asked!a}; {why}expected {', '.join(_WRITERS)}")

    def content(self, found: Sequence[Sequence[Neighbour]]) -> str:
        """The answer to each vector, whose neighbours come nearest first."""
        return _WRITERS[self.kind](list(map(self._prediction, found)))

    def _prediction(self, neighbours: Sequence[Neighbour]) -> dict[str, Any]:
        """One vector's; a label is a row number of the index, and `ids` (ours) names their items."""
        labels = [float(neighbour.row) for neighbour in neighbours]
        prediction: dict[str, Any] = {"predicted_label": labels[0] if labels else None}
        if self.verbose:
            prediction["distances"] = [neighbour.distance for neighbour in neighbours]
            prediction["labels"] = labels
            if self.with_ids:
                prediction["ids"] = [neighbour.item_id for neighbour in neighbours]
        return prediction


def _to_json(predictions: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"predictions": predictions}, separators=(",", ":"))


def _to_json_lines(predictions: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(each, separators=(",", ":")) + "\n" for each in predictions)


def _to_csv(predictions: Sequence[dict[str, Any]]) -> str:
    """A line a vector: the nearest label; if verbose, then all distances, then all labels."""
    rows = (
        [each["predicted_label"], *each.get("distances", ()), *each.get("labels", ())] for each in predictions
    )
    return "".join(",".join("" if value is None else repr(value) for value in row) + "\n" for row in rows)


_WRITERS: dict[str, Callable[[Sequence[dict[str, Any]]], str]] = {
    _JSON: _to_json,
    "application/jsonlines": _to_json_lines,
    "text/csv": _to_csv,
}
