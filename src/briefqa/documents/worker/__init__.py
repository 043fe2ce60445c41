"""Reading files of formats whose parsers are not trusted, in a process of their own.

`process.py` starts it, keeps it to limits of memory and time and starts another when it dies;
`child.py` is what runs in it; `frames.py` is how the two talk. Nothing is unpickled.
"""
