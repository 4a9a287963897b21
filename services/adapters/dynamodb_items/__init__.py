"""The item store in one DynamoDB table: any number of processes write and read."""

from services.adapters.dynamodb_items.access import DynamoAudit, DynamoKeys
from services.adapters.dynamodb_items.store import DynamoItems

__all__ = ["DynamoAudit", "DynamoItems", "DynamoKeys"]
