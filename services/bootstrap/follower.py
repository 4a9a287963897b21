"""The wiring of what follows the item store: an index of our own, or one of a trained endpoint."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from models.space import space_of
from services.adapters.faiss_index import FaissFiles, FaissIndex
from services.adapters.index_snapshots import IndexSnapshots
from services.adapters.mean_index import MAPPED, Base
from services.adapters.sized_index import ExactIndex, PlacedBase, SizedFiles, SizedIndex
from services.bootstrap.settings import SearchCoreSettings, SearchSettings
from services.core.ports import IndexFactory, ItemStore, KnnIndex
from services.core.search.camera_means import CameraMeans
from services.core.search.fixed_base import DeltaIndex
from services.core.search.follow import Follower
from services.core.search.following import Following
from services.core.search.held_rows import HeldRows
from services.core.search.snapshot import SnapshotStore
from services.core.search.space import ModelSpace
from services.core.search.trained import TrainedIndex
from services.core.search.trained_follower import TrainedFollower


def shipped(model: str) -> ModelSpace | None:
    """What is shipped with a model of ours; none with a user's own."""
    space = space_of(model)
    return None if space is None else ModelSpace(space.camera_mean, space.camera_vectors)


def open_snapshots(settings: SearchSettings) -> SnapshotStore | None:
    """The snapshots of our own index; None if there are to be none. Nothing is read yet."""
    if settings.endpoint or settings.milvus or not settings.snapshot_s:
        return None
    folder = settings.index_folder
    if settings.knn_recall == 1:
        return IndexSnapshots(folder, FaissFiles(threads=settings.threads))
    files = SizedFiles(
        load_exact=FaissFiles(threads=settings.threads).load,
        load_base=Base.load,
        mapped=FaissFiles().mapped | MAPPED,
        make=lambda dim, delta, base: make_sized(settings.knn_recall, dim, delta, base, folder=folder),
    )
    return IndexSnapshots(folder, files)


def make_sized(
    recall: float,
    dim: int,
    delta: ExactIndex,
    base: PlacedBase | None = None,
    *,
    folder: Path | None = None,
) -> SizedIndex:
    """An index that finds this share of the exact answers once it is large.

    Its rows are then in a file of the folder, if that can be written: that of temporary files may be small.
    """

    def build(held: HeldRows, before: PlacedBase | None) -> Base:
        earlier = (before.base, before.gone) if before and isinstance(before.base, Base) else None
        return Base.build(held, dim=dim, target=recall, folder=_writable(folder), earlier=earlier)

    return SizedIndex(delta=delta, build=build, base=base)


def _writable(folder: Path | None) -> Path | None:
    if folder is None:
        return None
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def open_follower(
    settings: SearchCoreSettings,
    store: ItemStore,
    camera_means: CameraMeans,
    *,
    make_index: IndexFactory | None = None,
    snapshots: SnapshotStore | None = None,
) -> tuple[Following, Callable[[str], object]]:
    """The follower, and what takes the name of the training that an endpoint serves; nothing is read yet.

    A follower of our own index begins with the newest of `snapshots`; one of an endpoint with its training.
    """

    def make_faiss(_model: str, dim: int) -> FaissIndex:
        return FaissIndex(dim=dim, threads=settings.threads)

    def make_own(model: str, dim: int) -> KnnIndex:
        exact = make_faiss(model, dim)
        folder = settings.data_dir / "index" if snapshots is not None else None
        return (
            exact if settings.knn_recall == 1 else make_sized(settings.knn_recall, dim, exact, folder=folder)
        )

    make = make_index or make_own

    def make_trained(open_index: Callable[[TrainedIndex, DeltaIndex], KnnIndex]) -> Callable[[], Follower]:
        return lambda: Follower(
            store,
            camera_means=camera_means,
            make_index=make,
            space_of=shipped,
            open_trained=lambda trained: open_index(trained, make_faiss(trained.model, trained.dim)),
        )

    if (milvus := settings.milvus) is not None:
        from services.bootstrap.milvus import open_milvus

        trainings, open_published = open_milvus(settings, milvus)
        return TrainedFollower(trainings, make_trained(open_published), needs_training=False), lambda _: None
    if (address := settings.endpoint) is not None:
        from services.bootstrap import aws

        trained_of = aws.open_trainings(settings.index_place, address.name)
        following = TrainedFollower(trained_of, make_trained(aws.open_trained(address)))
        return following, following.serves
    own = Follower(store, camera_means=camera_means, make_index=make, space_of=shipped, snapshots=snapshots)
    return own, lambda _: None
