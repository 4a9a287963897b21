"""The health of the catalogue: items that are hard to tell apart or to recognise, with advice."""
