"""Our index beside others: recall, rate and memory, and its pace while it changes."""
