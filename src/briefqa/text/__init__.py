"""Words, languages and markup: what a text is made of, whatever it is part of."""
