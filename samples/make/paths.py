"""Folders that the sample makers read and write."""

from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1]
WORK = SAMPLES / ".work"
PICTURES = SAMPLES / "pictures"
CATALOGUE = SAMPLES / "catalogue.csv"
CLIP = SAMPLES / "clip.mp4"
TRUTH = SAMPLES / "truth.csv"
ITEMS = sorted((SAMPLES / "make" / "items").glob("*.toml"))
SHOTS = SAMPLES / "make" / "shots.toml"
