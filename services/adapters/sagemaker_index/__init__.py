"""Nearest neighbours of a SageMaker k-NN endpoint, and of what came after its training."""

from services.adapters.sagemaker_index.endpoint import KnnEndpoint
from services.adapters.sagemaker_index.index import DeltaIndex, SageMakerIndex

__all__ = ["DeltaIndex", "KnnEndpoint", "SageMakerIndex"]
