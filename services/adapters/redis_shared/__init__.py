"""State that several processes or functions share, in Redis: undo, wrong keys, cameras' states, claims,
showings that last."""

from services.adapters.redis_shared.attempts import RedisAttempts
from services.adapters.redis_shared.deliveries import RedisDeliveryClaims
from services.adapters.redis_shared.previews import RedisPreviews
from services.adapters.redis_shared.replies import RedisReplies
from services.adapters.redis_shared.showings import RedisAskedPictures, RedisShowings
from services.adapters.redis_shared.statuses import RedisStatuses
from services.adapters.redis_shared.undo import RedisUndo

__all__ = [
    "RedisAskedPictures",
    "RedisAttempts",
    "RedisDeliveryClaims",
    "RedisPreviews",
    "RedisReplies",
    "RedisShowings",
    "RedisStatuses",
    "RedisUndo",
]
