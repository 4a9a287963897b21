"""The one exception of this folder."""


class ModelError(Exception):
    """A model or weights file cannot be used; the message is one line: what is wrong, what was expected."""
