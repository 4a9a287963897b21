"""Frames: their types, crops, JPEG, previews and snapshots."""
