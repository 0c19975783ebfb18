"""Answer a bounded number of questions at once beside the event loop, and turn away what would pile up.

A question that is not answered in time is given up, and so are all when the service stops; either way its reader
gets a last event.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

from assistant.interfaces.api.problems import ProblemError
from assistant.interfaces.ports import Answers, watched
from assistant.models import Answer, Completed, Event, Failed, Question
from assistant.plans import Plan

logger = logging.getLogger(__name__)

_BUSY_SECONDS = 5
_LATE = "没有在 {:g} 秒内答完，已放弃。请稍后重试，或把问题缩短到一个单位、一个年度。"
_STOPPING = "服务正在停止。请稍后重试。"


class Lanes:
    """Run questions in threads: `at_once` together, `waiting` more in line, each `seconds` long at most."""

    def __init__(
        self, answers: Answers, *, at_once: int = 8, waiting: int = 64, seconds: float = 120.0
    ) -> None:
        self._answers = answers
        self._workers = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="lane")
        self._most = at_once + waiting
        self._seconds = seconds
        self._stopping = False
        self._readers: set[asyncio.Queue[Event | None]] = set()
        self.inside = 0

    def admit(self) -> None:
        """Raise the problem that turns a question away, when no more can wait."""
        if self._stopping:
            raise ProblemError(503, "stopping", "服务正在停止", _STOPPING, retry_after=_BUSY_SECONDS)
        if self.inside >= self._most:
            detail = f"同时提问的人太多，已有 {self.inside} 个问题在处理。请过几秒重试。"
            raise ProblemError(503, "busy", "服务繁忙", detail, retry_after=_BUSY_SECONDS)

    def stream(self, question: Question) -> AsyncGenerator[Event]:
        """Yield the events of a question; the last one is `Completed` or `Failed`."""
        return self._beside(self._answers.stream(question))

    def stream_plan(self, plan: Plan) -> AsyncGenerator[Event]:
        """Yield the events of a plan; the last one is `Completed` or `Failed`."""
        return self._beside(self._answers.stream_plan(plan))

    async def _beside(self, events: Iterator[Event]) -> AsyncGenerator[Event]:
        self.admit()
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        gone = False

        def hand_over(event: Event | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, event)

        def work() -> None:
            try:
                if not gone:
                    for event in watched(events):
                        if gone:
                            return
                        hand_over(event)
            finally:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(self._leave)
                hand_over(None)

        self.inside += 1
        self._readers.add(queue)
        self._workers.submit(work)
        until = loop.time() + self._seconds
        try:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), until - loop.time())
                except TimeoutError:
                    logger.warning("gave a question up after %g seconds", self._seconds)
                    yield Failed(message=_LATE.format(self._seconds), retryable=True)
                    return
                if event is None:
                    yield Failed(
                        message=_STOPPING if self._stopping else "回答中途停止。请重试。", retryable=True
                    )
                    return
                yield event
                if isinstance(event, Completed | Failed):
                    return
        finally:
            gone = True
            self._readers.discard(queue)

    async def answer(self, question: Question) -> Answer:
        """Return the whole answer to a question; raise the problem of a run that failed."""
        return await _last_word(self.stream(question))

    async def carry_out(self, plan: Plan) -> Answer:
        """Return the whole answer to a plan; raise the problem of a run that failed."""
        return await _last_word(self.stream_plan(plan))

    def stop(self) -> None:
        """End all streams with a last event; called on the loop."""
        self._stopping = True
        for queue in self._readers:
            queue.put_nowait(None)

    def close(self) -> None:
        """Let go of the threads without waiting for answers that nobody reads any more."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _leave(self) -> None:
        self.inside -= 1


async def _last_word(stream: AsyncGenerator[Event]) -> Answer:
    async with aclosing(stream) as events:
        async for event in events:
            if isinstance(event, Completed):
                return event.answer
            if isinstance(event, Failed):
                raise failure(event)
    raise ProblemError(500, "answer_failed", "没有完成回答", "回答中途停止。请重试。")


def failure(event: Failed) -> ProblemError:
    """Return the problem that tells a failed run."""
    status = 503 if event.retryable else 500
    retry = _BUSY_SECONDS if event.retryable else None
    return ProblemError(status, "answer_failed", "没有完成回答", event.message, retry_after=retry)
