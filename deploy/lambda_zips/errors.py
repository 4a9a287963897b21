"""What keeps a zip from being built."""


class ZipError(Exception):
    """A zip that can't be built or would not run; the text says why, and what to do."""
