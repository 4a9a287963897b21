"""Acting on a match: rules that choose showings, their delivery to a webhook, once each and never late."""
