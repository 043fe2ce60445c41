"""Many questions at once: a sheet of them is asked and becomes a table of answers."""
