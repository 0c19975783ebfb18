"""Answer questions beside the page: a run goes on when its reader leaves, and ends when its reader says so."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from assistant.errors import AssistantError
from assistant.exchange import Exchange
from assistant.interfaces.ports import Answers, watched
from assistant.models import Question
from assistant.plans import Plan

logger = logging.getLogger(__name__)

_AT_ONCE = 8
_REMEMBERED = 256
_GLANCE, _PATIENCE = 0.02, 20.0


class _Run:
    def __init__(self, owner: str, exchange: Exchange, on_end: Callable[[Exchange], None]) -> None:
        self.owner = owner
        self.exchange = exchange
        self.version = 0
        self.on_end = on_end
        self.lock = Lock()

    def show(self, exchange: Exchange) -> bool:
        """Take the next state, unless the run has ended; tell whether it was taken."""
        with self.lock:
            if not self.exchange.running:
                return False
            if not exchange.running:
                self._keep(exchange)
            self.exchange = exchange
            self.version += 1
        return True

    def _keep(self, exchange: Exchange) -> None:
        """Store the last state before anyone sees it; an answer that cannot be stored is still shown."""
        try:
            self.on_end(exchange)
        except AssistantError:
            logger.exception("an answer could not be stored")


class Runs:
    """Hold the runs of all readers; each is reached with its owner's name only."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._workers = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="answer")
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._lock = Lock()

    def start(
        self,
        owner: str,
        run_id: str,
        question: Question,
        *,
        plan: Plan | None = None,
        on_end: Callable[[Exchange], None],
    ) -> Exchange:
        """Begin to answer, by the plan if there is one, and return what there is to see at first.

        `on_end` gets the last state.
        """
        exchange = Exchange(question=question.text)
        run = _Run(owner, exchange, on_end)
        with self._lock:
            self._runs[run_id] = run
            while len(self._runs) > _REMEMBERED:
                self._runs.popitem(last=False)
        self._workers.submit(self._answer, run, question, plan)
        return exchange

    def stop(self, owner: str, run_id: str) -> None:
        """End a run at once, whatever its answerer is waiting for."""
        run = self._of(owner, run_id)
        if run is not None:
            run.show(run.exchange.model_copy(update={"stopped": True}))

    def now(self, owner: str, run_id: str) -> tuple[int, Exchange] | None:
        """Return the number of a run's state and the state, None where there is no such run."""
        run = self._of(owner, run_id)
        return (run.version, run.exchange) if run is not None else None

    async def after(self, owner: str, run_id: str, seen: int) -> tuple[int, Exchange] | None:
        """Return a state newer than the one seen, or after a while the same again."""
        waited = 0.0
        while True:
            state = self.now(owner, run_id)
            if state is None or state[0] != seen or not state[1].running or waited >= _PATIENCE:
                return state
            await asyncio.sleep(_GLANCE)
            waited += _GLANCE

    def _of(self, owner: str, run_id: str) -> _Run | None:
        run = self._runs.get(run_id)
        return run if run is not None and run.owner == owner else None

    def _answer(self, run: _Run, question: Question, plan: Plan | None) -> None:
        answers = self._answers
        events = answers.stream_plan(plan, filter=question.filter) if plan else answers.stream(question)
        for event in watched(events):
            if not run.show(run.exchange.after(event)):
                return
