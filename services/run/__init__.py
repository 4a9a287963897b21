"""`make run`: the whole system as local, supervised processes with embedded servers."""
