"""Answer with a language model under the same proof as plans are."""

from assistant.agent.answerer import AgentAnswerer, Outcome
from assistant.agent.endpoint import Endpoint, endpoint_of, is_configured

__all__ = ["AgentAnswerer", "Endpoint", "Outcome", "endpoint_of", "is_configured"]
