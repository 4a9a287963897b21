"""Errors as problem documents (RFC 9457)."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.contract import refusals
from services.contract.problem_models import MEDIA_TYPE, problem_document
from services.core.errors import (
    BusyError,
    ConflictError,
    InputError,
    LoadingError,
    MissingError,
    NoSpaceError,
    TooLargeError,
    UnavailableError,
    no_space_told,
)

# Seconds after which one who was too many may ask again.
RETRY_AFTER_S = "2"


def problem(status: int, detail: str, **members: Any) -> Response:
    """A problem document; `detail` says what was wrong and what was expected, `members` are further ones."""
    return JSONResponse(problem_document(status, detail, **members), status, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""

    @app.exception_handler(InputError)
    async def refused(_request: Request, error: Exception) -> Response:
        return problem(400, str(error))

    @app.exception_handler(MissingError)
    async def missing(_request: Request, error: Exception) -> Response:
        return problem(404, str(error))

    @app.exception_handler(ConflictError)
    async def conflict(_request: Request, error: Exception) -> Response:
        return problem(409, str(error))

    @app.exception_handler(BusyError)
    async def busy(_request: Request, error: Exception) -> Response:
        response = problem(429, str(error))
        response.headers["Retry-After"] = RETRY_AFTER_S
        return response

    @app.exception_handler(TooLargeError)
    async def too_large(_request: Request, error: Exception) -> Response:
        return problem(413, str(error))

    @app.exception_handler(UnavailableError)
    async def unavailable(_request: Request, error: Exception) -> Response:
        loading = {"loading": error.loading.to_json()} if isinstance(error, LoadingError) else {}
        return problem(503, str(error), **loading)

    @app.exception_handler(NoSpaceError)
    async def no_space(_request: Request, error: Exception) -> Response:
        return problem(507, str(error))

    @app.exception_handler(OSError)
    async def unread(_request: Request, error: Exception) -> Response:
        try:
            with no_space_told("a temporary file of the request"):
                raise error
        except NoSpaceError as full:
            return problem(507, str(full))

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> Response:
        response = problem(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        # Its place begins with "query" or "path".
        wrong = [refusals.of_value(each, each["loc"][1:]) for each in error.errors()]
        return problem(422, "; ".join(wrong))

    @app.exception_handler(ClientDisconnect)
    async def gone(_request: Request, _error: Exception) -> Response:
        # Nobody gets this answer; without it the log would show a fault of ours.
        return problem(400, "the body ended too early")

    @app.exception_handler(Exception)
    async def fault(_request: Request, _error: Exception) -> Response:
        return problem(500, "a fault of ours; the log has its details")
