"""State that several api functions share, in Redis: changes to undo, wrong keys, cameras' statuses."""

from services.adapters.redis_shared.attempts import RedisAttempts
from services.adapters.redis_shared.statuses import RedisStatuses
from services.adapters.redis_shared.undo import RedisUndo

__all__ = ["RedisAttempts", "RedisStatuses", "RedisUndo"]
