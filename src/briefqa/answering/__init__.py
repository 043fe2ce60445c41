"""From a question to an answer: search, ranking, abstention, conversation."""
