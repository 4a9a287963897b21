"""The tags by which everything of an endpoint is found again."""

from __future__ import annotations

ENDPOINT, TRAINING = "lookalike:endpoint", "lookalike:training"


def tags(endpoint: str, training: str | None = None) -> list[dict[str, str]]:
    """The tags of what belongs to an endpoint, and of what belongs to one of its trainings."""
    found = [{"Key": ENDPOINT, "Value": endpoint}]
    return found if training is None else [*found, {"Key": TRAINING, "Value": training}]
