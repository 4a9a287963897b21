"""The items: made, changed, taken back, judged, and made again for another model."""
