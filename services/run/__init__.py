"""`make run`: everything as local, supervised processes on embedded parts."""
