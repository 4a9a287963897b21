"""The start of a search from a snapshot of many items: `python -m bench.snapshot_start FOLDER`."""
