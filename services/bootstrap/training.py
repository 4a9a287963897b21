"""The wiring of a training on AWS."""

from __future__ import annotations

from dataclasses import dataclass

from common.wire import Vectors
from services.adapters.s3_trained import S3Trained
from services.adapters.sagemaker_index import KnnEndpoint
from services.adapters.sagemaker_training import Hardware, Place, SageMakerTrainer
from services.adapters.sagemaker_training.leftovers import Leftovers
from services.bootstrap import aws
from services.bootstrap.follower import shipped
from services.bootstrap.settings import CliSettings
from services.bootstrap.stores import open_items
from services.core.errors import InputError
from services.core.ports import ItemStore
from services.core.search.training import Found, Note, Training


@dataclass(frozen=True, slots=True)
class TrainingParts:
    """What trains an endpoint, and what tells of it."""

    training: Training
    trainer: SageMakerTrainer
    trainings: S3Trained
    store: ItemStore


def open_training(
    settings: CliSettings,
    endpoint: str,
    *,
    hardware: Hardware | None = None,
    note: Note = lambda _what, _done, _total: None,
) -> TrainingParts:
    """Wire a training of an endpoint; nothing is requested yet. Raises InputError."""
    if not settings.index_place:
        raise InputError(
            "LOOKALIKE_INDEX is required: the bucket in which trainings are kept, s3://BUCKET/PREFIX"
        )
    place = Place(*aws.index_place(settings.index_place, endpoint))
    sagemaker, s3 = aws.open_client("sagemaker"), aws.open_client("s3")
    tagging = aws.open_client("resourcegroupstaggingapi")
    leftovers = Leftovers(endpoint, place.bucket, place.trainings, sagemaker, s3, tagging)
    region = sagemaker.meta.region_name
    trainer = SageMakerTrainer(
        endpoint, place, region, sagemaker, s3, leftovers, hardware=hardware or Hardware()
    )
    trainings = S3Trained(s3, place.bucket, prefix=place.prefix)
    knn = KnnEndpoint(aws.open_client("sagemaker-runtime"), endpoint)
    store = open_items(settings, writable=False)

    def ask(queries: Vectors) -> list[Found]:
        return [(found.labels, found.distances) for answer in knn.nearest(queries) for found in answer.found]

    training = Training(endpoint, store, trainings, trainer, ask, shipped, note)
    return TrainingParts(training, trainer, trainings, store)
