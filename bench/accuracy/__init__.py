"""Accuracy of matches and verdicts on labelled frames: `python -m bench.accuracy`."""
