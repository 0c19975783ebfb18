"""Carry out plans over the reports: values in, values out; no sentence is made here."""

from assistant.execution.arithmetic import signed_change
from assistant.execution.executor import Executor

__all__ = ["Executor", "signed_change"]
