"""Let a model judge answers: how far their quotes bear them out, and how far they answer what was asked."""

import re
import time
from collections.abc import Sequence

from pydantic import ValidationError

from assistant.agent.chat import Chat, Message
from assistant.agent.hostile import as_data, without_thoughts
from assistant.errors import ModelFailed
from assistant.models import Verdict
from prompts import load

_OBJECT = re.compile(r"\{[^{}]*\}")
_LONGEST_REASON = 300


class ModelJudge:
    """Judge with one model; `close` hangs up."""

    def __init__(self, chat: Chat, *, time_limit: float) -> None:
        self._chat = chat
        self._time_limit = time_limit

    @property
    def model(self) -> str:
        """Return the name of the judging model."""
        return self._chat.endpoint.model

    def judge(self, question: str, answer: str, quotes: Sequence[str], reference: str) -> Verdict:
        """Return the verdict; without scores where the model gives none that can be read."""
        told = load("judge_case").fill(
            question=as_data(question),
            answer=as_data(answer),
            quotes="\n".join(f"- {as_data(quote)}" for quote in quotes) or "（无）",
            reference=as_data(reference) or "（无）",
        )
        try:
            ended = self._chat.complete(
                [Message(role="user", content=told)], deadline=time.monotonic() + self._time_limit
            )
        except ModelFailed as error:
            return Verdict(faithfulness=None, completeness=None, reason=str(error))
        return _verdict(without_thoughts(ended.text))

    def close(self) -> None:
        """Hang up."""
        self._chat.close()


def _verdict(text: str) -> Verdict:
    """Read the last JSON object of a text that holds two scores from 0 to 1."""
    reason = " ".join(_OBJECT.sub("", text).split())[:_LONGEST_REASON]
    for found in reversed(_OBJECT.findall(text)):
        try:
            scores = Verdict.model_validate_json(found)
        except ValidationError:
            continue
        return scores.model_copy(update={"reason": reason})
    return Verdict(faithfulness=None, completeness=None, reason=f"评审的回答读不出分数：{reason}")
