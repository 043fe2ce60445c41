"""How the reader is made: from folders of questions to the model that is shipped."""
