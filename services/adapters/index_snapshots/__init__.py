"""Snapshots of a search as folders of files, each complete or not there.

A snapshot is written under another name, synchronised with the disk, and renamed. Its manifest, which has a
checksum of its own, holds size and checksum of each file. Processes that share the folder write one after
another, and whoever has mapped the files of a snapshot that is replaced goes on reading them.
"""

from services.adapters.index_snapshots.store import IndexSnapshots

__all__ = ["IndexSnapshots"]
