"""The history in a DynamoDB table of its own, whose rows expire by themselves."""

from services.adapters.dynamodb_history.store import DynamoHistory

__all__ = ["DynamoHistory"]
