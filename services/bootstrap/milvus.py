"""The wiring of an index on a Milvus server; pymilvus is installed only where LOOKALIKE_KNN names one."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from services.adapters.folder_trained import FolderTrained
from services.bootstrap.follower import shipped
from services.bootstrap.knn_address import MilvusAddress
from services.bootstrap.settings import CliSettings, KnnSettings
from services.bootstrap.stores import open_items
from services.core.errors import InputError
from services.core.search.fixed_base import DeltaIndex, FixedBaseIndex
from services.core.search.publication import Note, Publication
from services.core.search.trained import TrainedIndex, TrainedStore

if TYPE_CHECKING:
    from services.adapters.milvus_index import MilvusRows


def open_milvus(
    settings: KnnSettings, address: MilvusAddress
) -> tuple[TrainedStore, Callable[[TrainedIndex, DeltaIndex], FixedBaseIndex]]:
    """What publications left, and what gives the index over one; nothing is requested yet.

    Raises InputError without pymilvus.
    """
    rows = _open_rows(address)
    trainings = open_published(settings, address)
    return trainings, lambda trained, delta: FixedBaseIndex(rows.base(trained), trained, delta)


def open_published(settings: KnnSettings, address: MilvusAddress) -> TrainedStore:
    """The store of what publications left: in S3 if it has a place there, else in the data folder."""
    if settings.index_place:
        from services.bootstrap import aws

        return aws.open_trainings(settings.index_place, address.name)
    return FolderTrained(settings.data_dir / "index" / "milvus" / address.name)


def open_publication(settings: CliSettings, note: Note) -> Publication:
    """Wire a publication of the catalogue; nothing is requested yet. Raises InputError."""
    address = settings.milvus
    if address is None:
        raise InputError(f"LOOKALIKE_KNN is {settings.knn}; expected milvus://host/NAME to publish to")
    store, trainings = open_items(settings, writable=False), open_published(settings, address)
    return Publication(store, trainings, _open_rows(address), shipped, note=note)


def _open_rows(address: MilvusAddress) -> MilvusRows:
    if find_spec("pymilvus") is None:
        raise InputError(
            "LOOKALIKE_KNN=milvus://… needs the package pymilvus, which is not installed; "
            "`pip install --require-hashes -r services/adapters/milvus_index/requirements.lock` does that"
        )
    from services.adapters.milvus_index import MilvusRows, MilvusServer

    server = MilvusServer(address.uri, token=address.token, timeout_s=address.timeout_s)
    return MilvusRows(server, address.name, kind=address.index)
