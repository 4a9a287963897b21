"""Nearest neighbours of a SageMaker k-NN endpoint, and of what came after its training."""

from services.adapters.sagemaker_index.endpoint import KnnEndpoint
from services.adapters.sagemaker_index.index import SageMakerIndex

__all__ = ["KnnEndpoint", "SageMakerIndex"]
