"""The exceptions of this folder."""


class ModelError(Exception):
    """A model or weights file cannot be used; the message is one line: what is wrong, what was expected."""


class OtherFormError(ModelError):
    """The file is ONNX, but its input is not that of a featurizer: some other network."""
