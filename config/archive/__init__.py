"""A whole Parley in one file: written, read into an empty database, and compared."""
