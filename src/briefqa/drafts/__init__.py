"""What of a text that somebody wrote stands in the documents, and how? Never whether it is true."""
