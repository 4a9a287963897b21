"""The zips of the functions on AWS Lambda: the same sources give the same bytes."""
