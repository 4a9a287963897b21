"""Adapters, a module a client library; each wraps a client that it receives and imports no other adapter."""
