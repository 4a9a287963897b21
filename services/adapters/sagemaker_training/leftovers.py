"""What trainings left on AWS, found by tag and, in S3, by prefix."""

from __future__ import annotations

from collections.abc import Iterator
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
class Leftovers:
    """What belongs to one endpoint; `trainings` is the prefix of the trainings' objects in the bucket."""

    endpoint: str
    bucket: str
    trainings: str
    sagemaker: Any
    s3: Any
    tagging: Any

    def tagged(self) -> list[tuple[str, str]]:
        """Kind and training of everything that is tagged; the endpoint's own training is ""."""
        filters = [{"Key": ENDPOINT, "Values": [self.endpoint]}]
        kinds, token = [f"sagemaker:{kind}" for kind in _KINDS], ""
        found = list[tuple[str, str]]()
        while True:
            more = {"PaginationToken": token} if token else {}
            answer = call(
                self.tagging, "get_resources", TagFilters=filters, ResourceTypeFilters=kinds, **more
            )
            for each in answer["ResourceTagMappingList"]:
                # The name in an ARN is in lower case; the tag has it as it is.
                kind = each["ResourceARN"].split(":")[5].partition("/")[0]
                own = {tag["Key"]: tag["Value"] for tag in each["Tags"]}
                found.append((kind, own.get(TRAINING, "")))
            token = answer.get("PaginationToken", "")
            if not token:
                return found

    def remove(self, *, keep: str) -> list[str]:
        """Remove what belongs to other trainings; gives the names of what was removed."""
        tagged, removed = self.tagged(), list[str]()
        for kind, (operation, parameter) in _REMOVED.items():
            for name in sorted(training for each, training in tagged if each == kind):
                if name not in ("", keep):
                    call(self.sagemaker, operation, **{parameter: name})
                    removed.append(f"{kind} {name}")
        keys = [key for key in self._keys() if not key.startswith(f"{self.trainings}{keep}/")]
        for start in range(0, len(keys), 1000):
            objects = [{"Key": key} for key in keys[start : start + 1000]]
            call(self.s3, "delete_objects", Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True})
        if keys:
            removed.append(f"{len(keys)} objects under s3://{self.bucket}/{self.trainings}")
        return removed

    def _keys(self) -> Iterator[str]:
        """The keys of all trainings' objects of this endpoint."""
        token: dict[str, str] = {}
        while True:
            found = call(self.s3, "list_objects_v2", Bucket=self.bucket, Prefix=self.trainings, **token)
            yield from (each["Key"] for each in found.get("Contents", []))
            if not found.get("IsTruncated"):
                return
            token = {"ContinuationToken": found["NextContinuationToken"]}
