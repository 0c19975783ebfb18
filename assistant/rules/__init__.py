"""Answer by rule, without any model."""

from assistant.rules.answerer import RulesAnswerer

__all__ = ["RulesAnswerer"]
