"""The index on disk: its parts, how they are opened and how they are checked."""
