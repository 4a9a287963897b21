"""What trainings left on AWS, found by tag and, in S3, by prefix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.adapters.sagemaker_training.calls import call
from services.adapters.sagemaker_training.tags import ENDPOINT, TRAINING

_KINDS = ("training-job", "model", "endpoint-config", "endpoint")
# In this order: a configuration names its model. A job can't be deleted, and costs nothing.
_REMOVED = {
    "endpoint-config": ("delete_endpoint_config", "EndpointConfigName"),
    "model": ("delete_model", "ModelName"),
}


@dataclass(frozen=True, slots=True)
class Tagged:
    """Something of a kind, by its name; `training` is "" for the endpoint itself."""

    kind: str
    name: str
    training: str


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What belongs to one endpoint; `trainings` is the prefix of the trainings' objects in the bucket."""

    endpoint: str
    bucket: str
    trainings: str
    sagemaker: Any
    s3: Any
    tagging: Any

    def tagged(self) -> list[Tagged]:
        """Everything that is tagged."""
        filters = [{"Key": ENDPOINT, "Values": [self.endpoint]}]
        kinds, token = [f"sagemaker:{kind}" for kind in _KINDS], ""
        found = list[Tagged]()
        while True:
            more = {"PaginationToken": token} if token else {}
            answer = call(
                self.tagging, "get_resources", TagFilters=filters, ResourceTypeFilters=kinds, **more
            )
            for each in answer["ResourceTagMappingList"]:
                own = {tag["Key"]: tag["Value"] for tag in each["Tags"]}
                found.append(_tagged(each["ResourceARN"], own, self.endpoint))
            token = answer.get("PaginationToken", "")
            if not token:
                return found

    def remove(self, *, keep: str, configuration: str) -> list[str]:
        """Remove what belongs to other trainings, and other configurations; gives the names."""
        gone = [
            each
            for each in self.tagged()
            if each.training != keep or (each.kind == "endpoint-config" and each.name != configuration)
        ]
        keys = [key for key in self._keys(self.trainings) if not key.startswith(f"{self.trainings}{keep}/")]
        return [*self._remove(gone), *self._remove_objects(keys, self.trainings)]

    def remove_all(self) -> Iterator[str]:
        """Remove all configurations and models; gives their names."""
        return self._remove(self.tagged())

    def remove_objects(self, prefix: str) -> Iterator[str]:
        """Remove all objects under a prefix; says how many these were, if there were any."""
        return self._remove_objects(list(self._keys(prefix)), prefix)

    def _remove(self, found: Sequence[Tagged]) -> Iterator[str]:
        for kind, (operation, parameter) in _REMOVED.items():
            for name in sorted(each.name for each in found if each.kind == kind):
                call(self.sagemaker, operation, **{parameter: name})
                yield f"{kind} {name}"

    def _remove_objects(self, keys: Sequence[str], prefix: str) -> Iterator[str]:
        for start in range(0, len(keys), 1000):
            objects = [{"Key": key} for key in keys[start : start + 1000]]
            call(self.s3, "delete_objects", Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True})
        if keys:
            yield f"{len(keys)} objects under s3://{self.bucket}/{prefix}"

    def _keys(self, prefix: str) -> Iterator[str]:
        """The keys of all objects under a prefix."""
        token: dict[str, str] = {}
        while True:
            found = call(self.s3, "list_objects_v2", Bucket=self.bucket, Prefix=prefix, **token)
            yield from (each["Key"] for each in found.get("Contents", []))
            if not found.get("IsTruncated"):
                return
            token = {"ContinuationToken": found["NextContinuationToken"]}


def _tagged(arn: str, tags: Mapping[str, str], endpoint: str) -> Tagged:
    """What an ARN is of: it has the name in lower case, the tags as it is but for a number behind it."""
    kind, _, lower = arn.split(":")[5].partition("/")
    begin = tags.get(TRAINING, endpoint)
    return Tagged(kind, begin + lower[len(begin) :], tags.get(TRAINING, ""))
