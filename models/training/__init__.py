"""Makes the files of models/trained, from pictures that it makes itself; see README.md."""
