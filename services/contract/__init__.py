"""What HTTP carries, as pydantic models: bodies of requests, answers and problem documents.

OpenAPI and docs/contracts/http.md are made of them, and bodies are checked by them. Match records are
written by the search and go out as they are; the tests compare them with their model.
"""
