"""Keep what a service needs beside the reports: who may do what, what is being read in, and who did what."""

from assistant.service.access import (
    EVERY_SCOPE,
    LOCAL,
    Access,
    Caller,
    KeyHead,
    Scope,
    UserHead,
)
from assistant.service.audit import Audit, Entry
from assistant.service.backup import back_up, restore
from assistant.service.foreman import Foreman
from assistant.service.jobs import Job, Jobs, JobStatus
from assistant.service.rates import Rates

__all__ = [
    "EVERY_SCOPE",
    "LOCAL",
    "Access",
    "Audit",
    "Caller",
    "Entry",
    "Foreman",
    "Job",
    "JobStatus",
    "Jobs",
    "KeyHead",
    "Rates",
    "Scope",
    "UserHead",
    "back_up",
    "restore",
]
