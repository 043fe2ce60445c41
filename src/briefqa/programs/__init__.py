"""BriefQA for other programs: as functions, over HTTP, and as MCP tools.

`functions.py` has what they all call, `requests.py` what may be asked and how a mistake is told.
"""
