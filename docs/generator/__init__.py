"""The generator of the pages of docs/contracts that are made from the code."""
