"""Many items at once, from tables, folders, archives and addresses."""
