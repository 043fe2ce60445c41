"""Conversations on disk: receipts, their replay, and transcripts for people."""
