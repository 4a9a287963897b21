"""An HTTP server on uvicorn that slow, silent and many clients can't exhaust."""
