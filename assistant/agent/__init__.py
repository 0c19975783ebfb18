"""Answer with a language model under the same proof as the rules."""

from assistant.agent.answerer import AgentAnswerer, Outcome
from assistant.agent.endpoint import Endpoint, endpoint_of, is_configured

__all__ = ["AgentAnswerer", "Endpoint", "Outcome", "endpoint_of", "is_configured"]
