"""From files to documents with sections, and from documents to passages."""
