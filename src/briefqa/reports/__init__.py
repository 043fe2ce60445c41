"""How are results written to a file? As a table, in the formats people and programs read."""
