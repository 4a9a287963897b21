"""The functions on AWS Lambda: each handler unwraps an event and calls the use case that a process calls."""
