"""The camera's side: cameras, the loop that looks at their frames, the link to the broker."""
