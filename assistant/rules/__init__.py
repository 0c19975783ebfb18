"""Answer by rule, without any model."""

from assistant.rules.answerer import RulesAnswerer
from assistant.rules.draft import Drafted, refuse

__all__ = ["Drafted", "RulesAnswerer", "refuse"]
