"""Writes the pages of docs/contracts that are made of the code."""
