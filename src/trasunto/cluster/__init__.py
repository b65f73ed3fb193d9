"""Executors outside this process: local worker processes and the machines of a Ray cluster."""

from __future__ import annotations

from trasunto.cluster.choice import executor, legal

__all__ = ["executor", "legal"]
