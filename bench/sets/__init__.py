"""Sets of labelled frames that the accuracy bench makes, in the camera bench's form, with true boxes."""
