"""The embedding model and the reader: how they are found, exported and run."""
