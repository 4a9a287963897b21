"""HTTP to addresses that other people chose, which are checked when a connection is made, with httpcore."""

from services.adapters.checked_http.fetch import MAX_REDIRECTS, PictureFetcher
from services.adapters.checked_http.webhook import SignedWebhook

__all__ = ["MAX_REDIRECTS", "PictureFetcher", "SignedWebhook"]
