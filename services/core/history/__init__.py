"""The history: what the cameras showed, one row a showing, and what people said of it."""
