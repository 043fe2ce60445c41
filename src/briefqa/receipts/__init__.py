"""Conversations on disk: receipts, replays, transcripts."""
