"""Pydantic models of everything that HTTP carries: bodies of requests, answers and problem documents.

OpenAPI and docs/contracts/http.md are made from them, and bodies are checked by them. Match records are
sent as the search wrote them; the tests compare them with their model.
"""
