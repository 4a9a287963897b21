"""The contract of a k-NN index's two ports on Milvus; the tests are those of all adapters."""

import pytest

from services.adapters.milvus_index import MilvusServer
from services.core.ports import KnnIndex
from tests.adapters import test_knn_index as contract
from tests.milvus.lite import RepublishedIndex


@pytest.fixture
def index(client: MilvusServer, name: str) -> KnnIndex:
    """An empty index, exact as soon as something is published."""
    return RepublishedIndex(client, name, dim=contract.DIM)


globals().update({name: each for name, each in vars(contract).items() if name.startswith("test_")})
