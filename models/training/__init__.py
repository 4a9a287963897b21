"""Makes the files of models/trained anew, from pictures that it makes itself; see README.md."""
