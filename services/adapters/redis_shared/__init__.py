"""State that several functions share, in Redis: undo, wrong keys, cameras' statuses and answers."""

from services.adapters.redis_shared.attempts import RedisAttempts
from services.adapters.redis_shared.previews import RedisPreviews
from services.adapters.redis_shared.replies import RedisReplies
from services.adapters.redis_shared.statuses import RedisStatuses
from services.adapters.redis_shared.undo import RedisUndo

__all__ = ["RedisAttempts", "RedisPreviews", "RedisReplies", "RedisStatuses", "RedisUndo"]
