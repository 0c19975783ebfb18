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
from assistant.service.feedback import Feedback, FeedbackBook, Reason, Verdict
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
    "Feedback",
    "FeedbackBook",
    "Foreman",
    "Job",
    "JobStatus",
    "Jobs",
    "KeyHead",
    "Rates",
    "Reason",
    "Scope",
    "UserHead",
    "Verdict",
    "back_up",
    "restore",
]
