"""Questions that hang, pile up or are interrupted: each reader is told, and nobody else waits."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from assistant.interfaces.api.lanes import Lanes
from assistant.interfaces.api.problems import ProblemError
from assistant.models import Event, Failed, Question, TextDelta

QUESTION = Question(text="问")


class Hanging:
    """Say one word and then wait until it is let go, as a dead model endpoint does."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.asked = 0

    def stream(self, question: Question) -> Iterator[Event]:
        self.asked += 1
        yield TextDelta(text="嗯")
        self.let_go.wait()
        yield Failed(message="迟到", retryable=True)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    answers = Hanging()
    yield answers
    answers.let_go.set()


async def told(events: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in events]


def test_an_answer_that_takes_too_long_is_given_up_with_a_reason(hanging: Hanging) -> None:
    lanes = Lanes(hanging, seconds=0.05)

    *_, last = asyncio.run(told(lanes.stream(QUESTION)))

    assert isinstance(last, Failed)
    assert last.retryable
    assert "已放弃" in last.message


def test_stopping_ends_every_stream_with_a_last_word(hanging: Hanging) -> None:
    async def main() -> list[Event]:
        lanes = Lanes(hanging)
        reader = asyncio.create_task(told(lanes.stream(QUESTION)))
        while not hanging.asked:
            await asyncio.sleep(0)
        lanes.stop()
        with pytest.raises(ProblemError) as refused:
            lanes.admit()
        assert refused.value.problem.code == "stopping"
        return await reader

    *_, last = asyncio.run(main())

    assert isinstance(last, Failed)
    assert "停止" in last.message


def test_more_than_can_wait_are_turned_away_and_room_comes_back(hanging: Hanging) -> None:
    async def main() -> None:
        lanes = Lanes(hanging, at_once=1, waiting=1)
        readers = [asyncio.create_task(told(lanes.stream(QUESTION))) for _ in range(2)]
        while lanes.inside < 2:
            await asyncio.sleep(0)
        with pytest.raises(ProblemError) as refused:
            await told(lanes.stream(QUESTION))
        assert (refused.value.problem.status, refused.value.problem.code) == (503, "busy")
        assert refused.value.headers == {"Retry-After": "5"}
        hanging.let_go.set()
        await asyncio.gather(*readers)
        while lanes.inside:
            await asyncio.sleep(0)
        lanes.admit()

    asyncio.run(main())


def test_a_question_whose_reader_left_in_line_is_never_asked(hanging: Hanging) -> None:
    async def main() -> None:
        lanes = Lanes(hanging, at_once=1, waiting=5)
        first = asyncio.create_task(told(lanes.stream(QUESTION)))
        while not hanging.asked:
            await asyncio.sleep(0)
        waiting = asyncio.create_task(told(lanes.stream(QUESTION)))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        hanging.let_go.set()
        await first
        while lanes.inside:
            await asyncio.sleep(0)

    asyncio.run(main())

    assert hanging.asked == 1
