"""From documents to an index: building, uploads, verification."""
