"""Answer by rule, without any model."""

from assistant.models import Drafted
from assistant.rules.answerer import RulesAnswerer
from assistant.rules.draft import Draft, amount, refuse

__all__ = ["Draft", "Drafted", "RulesAnswerer", "amount", "refuse"]
