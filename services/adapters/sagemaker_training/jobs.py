"""Training jobs of the built-in k-NN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.adapters.sagemaker_training.calls import call, described
from services.adapters.sagemaker_training.images import built_in_image
from services.adapters.sagemaker_training.tags import tags
from services.core.errors import UnavailableError
from services.core.search.training import Note
from services.core.search.training_plan import Plan

# How often AWS is asked how far it is.
ASK_S = 10.0
_VOLUME_GB, _LONGEST_TRAINING_S = 30, 6 * 3600
_ENDED_BADLY = ("Failed", "Stopped")


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What is trained; `place` is the address of its objects, with a slash at its end."""

    training: str
    plan: Plan
    place: str
    instance: str


@dataclass(frozen=True, slots=True)
class TrainingJobs:
    """The jobs of an endpoint; `sagemaker` is botocore's client."""

    endpoint: str
    region: str
    sagemaker: Any
    pause: Callable[[float], object]

    def model(self, order: TrainingOrder, *, role: str, upload: Callable[[], None], note: Note) -> str:
        """The address of the model that a job makes; a job of an earlier try is waited for, if it runs.

        `upload` brings the rows to the order's place. Raises UnavailableError if the job fails.
        """
        job, status = self._job(order.training)
        if status is None:
            upload()
            self._start(job, order, role)
        return self._finished(job, note)

    def _job(self, training: str) -> tuple[str, str | None]:
        """The name and the status of the job that runs or is done; of a new one, without a status."""
        attempt, name = 1, training
        while True:
            found = described(self.sagemaker, "describe_training_job", TrainingJobName=name)
            if found is None:
                return name, None
            if found["TrainingJobStatus"] not in _ENDED_BADLY:
                return name, found["TrainingJobStatus"]
            attempt += 1
            name = f"{training}-{attempt}"

    def _start(self, job: str, order: TrainingOrder, role: str) -> None:
        rows = {
            "S3DataType": "S3Prefix",
            "S3Uri": f"{order.place}rows/",
            "S3DataDistributionType": "FullyReplicated",
        }
        channel = {
            "ChannelName": "train",
            "DataSource": {"S3DataSource": rows},
            # The first column is the row's number.
            "ContentType": "text/csv;label_size=1",
            "CompressionType": "None",
        }
        call(
            self.sagemaker,
            "create_training_job",
            TrainingJobName=job,
            HyperParameters=order.plan.hyperparameters,
            AlgorithmSpecification={
                "TrainingImage": built_in_image(self.region),
                "TrainingInputMode": "File",
            },
            RoleArn=role,
            InputDataConfig=[channel],
            OutputDataConfig={"S3OutputPath": f"{order.place}output/"},
            ResourceConfig={
                "InstanceType": order.instance,
                "InstanceCount": 1,
                "VolumeSizeInGB": _VOLUME_GB,
            },
            StoppingCondition={"MaxRuntimeInSeconds": _LONGEST_TRAINING_S},
            Tags=tags(self.endpoint, order.training),
        )

    def _finished(self, job: str, note: Note) -> str:
        """The model of a job, once it is done."""
        while True:
            found = call(self.sagemaker, "describe_training_job", TrainingJobName=job)
            status = found["TrainingJobStatus"]
            if status == "Completed":
                return str(found["ModelArtifacts"]["S3ModelArtifacts"])
            if status in _ENDED_BADLY:
                why = found.get("FailureReason", "it was stopped")
                raise UnavailableError(f"training job {job} is {status}: {why[:500]}")
            note(f"training job {job}: {found.get('SecondaryStatus', status)}", 0, 0)
            self.pause(ASK_S)
