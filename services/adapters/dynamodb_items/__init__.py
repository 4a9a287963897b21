"""The item store in one DynamoDB table: any number of processes write and read."""

from services.adapters.dynamodb_items.store import DynamoItems

__all__ = ["DynamoItems"]
