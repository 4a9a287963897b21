"""Training of k-NN endpoints on SageMaker: jobs, models, configurations and endpoints, found again by tag."""

from services.adapters.sagemaker_training.trainer import EndpointState, Hardware, Place, SageMakerTrainer

__all__ = ["EndpointState", "Hardware", "Place", "SageMakerTrainer"]
