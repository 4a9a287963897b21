"""The items: making, changing, undoing, feedback, and making vectors again."""
