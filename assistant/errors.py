"""Say what can go wrong while a question is answered.

AssistantError
├── SettingsInvalid     a setting has a value that cannot be used
├── QuestionInvalid     the question is empty or too long
├── PlanInvalid         a plan cannot be read, or is too long
├── EngineUnavailable   the chosen answerer cannot run here
├── ModelFailed         a language model gave no answer; `fault` says why
├── EvalInvalid         a question set cannot be read
├── AccessInvalid       a key or a user cannot be made as asked
├── BackupInvalid       a backup cannot be written or put back
├── ServiceUnusable     the records of the service cannot be read or stored
├── ServerRefused       a server does not answer, or refuses what was asked
├── ConversationMissing   the conversation is not there, or belongs to somebody else
└── ConversationsUnusable conversations cannot be read or stored
"""

from typing import Literal

ModelFault = Literal[
    "unreachable", "slow", "key", "busy", "broken", "refused", "no_model", "no_tools", "cut", "too_long"
]


class AssistantError(Exception):
    """Name what is wrong, where, and what to do next."""

    retryable = False


class SettingsInvalid(AssistantError):
    """Refuse a setting that cannot be used."""


class QuestionInvalid(AssistantError):
    """Refuse a question before any work is done."""


class PlanInvalid(AssistantError):
    """Refuse a plan and name the place."""


class EngineUnavailable(AssistantError):
    """Refuse an answerer that is not configured."""


class ModelFailed(AssistantError):
    """Tell that a language model gave no answer, and what to do about it."""

    retryable = True

    def __init__(self, fault: ModelFault, message: str) -> None:
        super().__init__(message)
        self.fault: ModelFault = fault


class EvalInvalid(AssistantError):
    """Refuse a question set and name the line."""


class AccessInvalid(AssistantError):
    """Refuse a name, a password or a scope."""


class BackupInvalid(AssistantError):
    """Refuse a backup, or to write one."""


class ServiceUnusable(AssistantError):
    """Tell that the records of the service cannot be read or stored."""

    retryable = True


class ServerRefused(AssistantError):
    """Tell what a server answered instead of what was asked."""


class ConversationMissing(AssistantError):
    """Refuse a conversation that its owner does not have."""


class ConversationsUnusable(AssistantError):
    """Tell that conversations cannot be read or stored."""

    retryable = True
