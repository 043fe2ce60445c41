"""Every place where a name, word or phrase stands in the documents."""
