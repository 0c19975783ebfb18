"""Carry out plans over the reports: values in, values out; no sentence is made here."""

from assistant.execution.executor import Executor

__all__ = ["Executor"]
