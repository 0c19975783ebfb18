"""Carry out plans over the reports: values in, values out; no sentence is made here."""

from assistant.execution.arithmetic import signed_change
from assistant.execution.executor import Executor
from assistant.execution.figures import MOST_READ

__all__ = ["MOST_READ", "Executor", "signed_change"]
