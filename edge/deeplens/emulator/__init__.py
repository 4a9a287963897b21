"""Runs DeepLens programs, unmodified, on any camera: `python -m edge.emulator FILE.py [--frames N]`."""
