"""The featurizer: builds the ONNX file, finds it, and turns pictures into unit-length vectors with it."""
