"""The error of a deployment."""


class DeployError(Exception):
    """What went wrong, in words for a person, with what to do."""
