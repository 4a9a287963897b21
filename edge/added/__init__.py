"""The cameras that were added in the page: an edge keeps them, and runs each as a process of its own."""
