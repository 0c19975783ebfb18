"""Say what can go wrong while a question is answered.

AssistantError
├── SettingsInvalid     a setting has a value that cannot be used
├── QuestionInvalid     the question is empty or too long
├── EngineUnavailable   the chosen answerer cannot run here
└── EvalInvalid         a question set cannot be read
"""


class AssistantError(Exception):
    """Name what is wrong, where, and what to do next."""

    retryable = False


class SettingsInvalid(AssistantError):
    """Refuse a setting that cannot be used."""


class QuestionInvalid(AssistantError):
    """Refuse a question before any work is done."""


class EngineUnavailable(AssistantError):
    """Refuse an answerer that is not configured."""


class EvalInvalid(AssistantError):
    """Refuse a question set and name the line."""
