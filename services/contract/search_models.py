"""The answers of the search process."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from services.contract.examples import MODEL
from services.contract.health_models import (
    KNN,
    DamagedAnswer,
    HubsAnswer,
    KnnAnswer,
    LoadingAnswer,
    SpaceAnswer,
)
from services.contract.model_base import Answer, with_example

# The further members of a problem document while there is no verdict yet.
LOADING: dict[str, Any] = {
    "detail": "the index is loading: 4200 of 10000 items read",
    "loading": {"read": 4200, "total": 10000},
}


class PingAnswer(Answer):
    """Whether the index answers."""

    model_config = with_example({"status": "ok", "detail": None, "loading": None})
    status: Literal["ok", "loading", "failing"] = Field(description="`ok` once there are answers to give.")
    detail: str | None = Field(description="What is wrong, or how far the loading is.")
    loading: LoadingAnswer | None = Field(description="How far the first reading of the item store is.")


class SearchHealthAnswer(Answer):
    """The search process's health."""

    model_config = with_example(
        {
            "ok": True,
            "broker": True,
            "broker_trouble": None,
            "queue_trouble": None,
            "trouble": None,
            "overloaded": False,
            "loading": None,
            "items": 61,
            "other_recipe": 0,
            "damaged": {"count": 1, "first": [{"id": "mug-7", "reason": "it has no vectors"}]},
            "hubs": {"count": 0, "first": []},
            "space": {"age_s": 83.2, "taught_items": 3, "is_sharpened": False, "cameras": 1},
            "knn": KNN,
            "cursor": 83,
            "model": MODEL,
        }
    )
    ok: bool = Field(description="Whether it has read the item store, and broker and Redis do their work.")
    broker: bool = Field(description="Whether the broker takes its messages and lets it read.")
    broker_trouble: str | None = Field(None, description="Why the broker does not; null if it does.")
    queue_trouble: str | None = Field(None, description="Why Redis takes no records; null if it does.")
    trouble: str | None = Field(
        description="Why the item store can't be followed, or which thread has stopped; null if neither."
    )
    overloaded: bool = Field(
        False, description="Whether more observations come than are answered; each camera's newest are."
    )
    loading: LoadingAnswer | None = Field(description="How far the first reading of the item store is.")
    items: int = Field(description="How many items the index holds.")
    other_recipe: int = Field(
        description="How many of them have vectors that another version's recipe of views made."
    )
    damaged: DamagedAnswer = Field(description="The items that it leaves out.")
    hubs: HubsAnswer = Field(description="Items that are like pictures of anything.")
    space: SpaceAnswer | None = Field(
        description="What vectors are compared in; null for a model of which no means are known."
    )
    knn: KnnAnswer | None = Field(
        description="How neighbours are found, and at what size; null while there is no index."
    )
    cursor: int = Field(description="The newest change of the store that it has read.")
    model: str | None = Field(
        description="The fingerprint of the index's model; null for an empty catalogue."
    )


class OutcomeAnswer(Answer):
    """The outcome of one observation."""

    id: int | None = Field(description="The id of its match record; null if it was dropped.")
    verdict: Literal["match", "unsure", "no_match"] | None = Field(
        description="The record's verdict; null if it was dropped."
    )
    dropped: str | None = Field(
        description="The reason that the drop is counted under, such as `stale`; null if it was pushed."
    )
    detail: str | None = Field(description="The reason in words.")
    wants: Literal["details"] | None = Field(
        None,
        description="`details` if the camera's next observation should hold local features (`local`); "
        "else absent.",
    )


class OutcomesAnswer(Answer):
    """The outcomes of observations."""

    model_config = with_example(
        {
            "outcomes": [
                {"id": 1764423000124, "verdict": "match", "dropped": None, "detail": None},
                {
                    "id": None,
                    "verdict": None,
                    "dropped": "stale",
                    "detail": "captured 7.2 s ago; expected at most 5 s",
                },
            ]
        }
    )
    outcomes: list[OutcomeAnswer] = Field(description="In the order of the observations.")


class PredictionAnswer(Answer):
    """The items near one vector; all but the label only with `verbose=true`."""

    predicted_label: float | None = Field(description="The row number of the nearest; null if there is none.")
    distances: list[float] | None = Field(None, description="Euclidean distances, nearest first.")
    labels: list[float] | None = Field(None, description="Row numbers of the index, nearest first.")
    ids: list[str] | None = Field(None, description="The ids of the items whose rows they are.")


_PREDICTION: dict[str, Any] = {
    "predicted_label": 17.0,
    "distances": [0.4127, 0.6603],
    "labels": [17.0, 3.0],
    "ids": ["mug-7", "mug-2"],
}


class PredictionsAnswer(Answer):
    """SageMaker's k-NN answer: one prediction a vector."""

    model_config = with_example({"predictions": [_PREDICTION]})
    predictions: list[PredictionAnswer] = Field(description="In the order of the vectors.")


class ModelErrorAnswer(Answer):
    """A refusal as SageMaker words it."""

    model_config = with_example(
        {
            "Message": "Received status 400 from primary with message: vectors of 3 numbers; expected 512",
            "OriginalStatusCode": 400,
            "OriginalMessage": "vectors of 3 numbers; expected 512",
        }
    )
    Message: str = Field(description="The refusal, with its status.")
    OriginalStatusCode: int = Field(description="The status that POST /invocations has for it.")
    OriginalMessage: str = Field(description="Its text.")
