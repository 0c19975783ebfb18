"""Do what a reader asks of the page, and say what changes on it; knows nothing of gradio or HTTP."""

import base64
import logging
from collections.abc import Callable, Sequence
from typing import Protocol, assert_never

from pydantic import ValidationError

from assistant.conversations import Conversations, Feedback, KeptTurn, new_id
from assistant.engine import LONGEST_QUESTION
from assistant.errors import AssistantError
from assistant.exchange import Exchange, turns
from assistant.interfaces.exports.markdown import markdown
from assistant.interfaces.exports.questions import question_set
from assistant.interfaces.exports.sheets import figures_csv, figures_xlsx
from assistant.interfaces.exports.word import word
from assistant.interfaces.ports import Answers, Reports
from assistant.interfaces.web import acts, chat, evidence, history, reader, shelf
from assistant.interfaces.web.acts import Download, Follow, Patch, Reply
from assistant.interfaces.web.chips import changed_as_sent
from assistant.interfaces.web.imports import Imports, Job, safe_name
from assistant.interfaces.web.markup import Words, fill, words_for
from assistant.interfaces.web.pages import Pages
from assistant.interfaces.web.runs import Runs
from assistant.interfaces.web.visitors import Visitor
from assistant.models import Question
from assistant.plans import Plan
from ingest.errors import IngestError
from ingest.models import Finding, Report
from vectorstore.errors import StoreError
from vectorstore.models import EVERYTHING, Filter, Manifest

logger = logging.getLogger(__name__)

_TURNS_SENT_BACK = 20
_MEDIA: dict[acts.Format, tuple[str, str]] = {
    "markdown": ("md", "text/markdown;charset=utf-8"),
    "docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "csv": ("csv", "text/csv;charset=utf-8"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class Holdings(Reports, Protocol):
    """Give the reports with what was found in them."""

    def findings(self, filter: Filter = EVERYTHING) -> Sequence[Finding]:  # noqa: A002
        """Return what does not agree in the reports."""
        ...

    def manifest(self) -> Manifest:
        """Say how much the library holds."""
        ...


class Desk:
    """Serve all readers; whose turn it is comes with each act."""

    def __init__(
        self,
        answers: Answers,
        holdings: Holdings,
        conversations: Conversations,
        *,
        imports: Imports | None = None,
        limits: shelf.Limits | None = None,
        pages: Pages | None = None,
    ) -> None:
        self._runs = Runs(answers)
        self._holdings = holdings
        self._conversations = conversations
        self._imports = imports
        self._limits = limits
        self._pages = pages

    def act(self, visitor: Visitor, sent: str) -> Reply:
        """Do one act of one reader; what goes wrong is told on the page."""
        words = words_for("")
        try:
            message = acts.SENT.validate_json(sent)
            words = words_for(message.language)
            if visitor.owner is None:
                return Reply(told=words("told.no_cookie"))
            return _Reader(self, visitor, words, shown=message.shown).do(message.act)
        except ValidationError:
            return Reply(told=words("told.not_understood"))
        except (AssistantError, StoreError, IngestError) as error:
            return Reply(told=str(error))
        except Exception:
            logger.exception("an act on the page failed")
            return Reply(told=words("told.internal"))

    async def follow(self, visitor: Visitor, sent: str) -> Reply:
        """Wait until there is something new to see of an answer or an import, and return it."""
        try:
            following = acts.FOLLOWING.validate_json(sent)
            words = words_for(following.language)
            reader_here = _Reader(self, visitor, words, shown=following.shown)
            if following.kind == "turn":
                state = await self._runs.after(visitor.owner or "", following.id, following.seen)
                return reader_here.followed_turn(following, state)
            job = await self._imports.after(following.id, following.seen) if self._imports else None
            return reader_here.followed_job(following, job)
        except (ValidationError, AssistantError):
            # The conversation was deleted, or the turn asked anew: there is nothing left to follow.
            return Reply()
        except StoreError as error:
            return Reply(told=str(error))

    # What a reader needs of the desk.

    @property
    def runs(self) -> Runs:
        """Return the answers on their way."""
        return self._runs

    @property
    def holdings(self) -> Holdings:
        """Return the reports."""
        return self._holdings

    @property
    def conversations(self) -> Conversations:
        """Return what is kept."""
        return self._conversations

    @property
    def imports(self) -> Imports | None:
        """Return the imports, None where nothing can be uploaded."""
        return self._imports

    @property
    def limits(self) -> shelf.Limits | None:
        """Return what an upload may be."""
        return self._limits

    @property
    def pages(self) -> Pages | None:
        """Return who draws the pages of PDFs."""
        return self._pages


class _Reader:
    """Do the acts of one reader in one language; `shown` is the conversation on the page."""

    def __init__(self, desk: Desk, visitor: Visitor, words: Words, *, shown: str) -> None:
        self._runs = desk.runs
        self._holdings = desk.holdings
        self._kept = desk.conversations
        self._imports = desk.imports if visitor.may_fill else None
        self._limits = desk.limits if visitor.may_fill else None
        self._owner = visitor.owner or ""
        self._pages = desk.pages
        self._words = words
        self._shown = shown

    def do(self, act: acts.Act) -> Reply:
        """Do an act; one line each."""
        match act:
            case acts.Hello():
                return self._hello(act.conversation)
            case acts.Ask():
                return self._ask(act)
            case acts.Change():
                return self._change(act)
            case acts.Stop():
                return self._stop(act.turn)
            case acts.Again():
                return self._again(act)
            case acts.Open():
                return self._open(act.conversation)
            case acts.Find():
                return Reply(patches=(self._list(self._shown, search=act.text),))
            case acts.Rename():
                self._kept.rename(self._owner, act.conversation, act.title)
                return Reply(patches=(self._list(self._shown),), told=self._words("told.renamed"))
            case acts.Delete():
                return self._delete(act)
            case acts.Cite():
                return self._cite(act)
            case acts.Read():
                return self._read(act)
            case acts.Look():
                return self._look(act)
            case acts.Browse():
                return Reply(patches=(self._listing(act.text),))
            case acts.Doubts():
                return self._doubts(act)
            case acts.Export():
                return self._export(act)
            case acts.Judge():
                return self._judge(act)
            case acts.ExportFeedback():
                return self._export_feedback()
            case acts.TakeIn():
                return self._take_in(act)
            case acts.Remove():
                return self._remove(act.report)
        assert_never(act)

    # ---------------------------------------------------------------- opening

    def _hello(self, conversation: str) -> Reply:
        known = {head.id for head in self._kept.heads(self._owner)}
        opened = self._open(conversation if conversation in known else "")
        panes = (
            Patch(target="masthead", html=fill("masthead", self._words), how="inside"),
            Patch(target="history", html=history.history_html(self._words)),
            Patch(target="composer", html=fill("composer", self._words, longest=LONGEST_QUESTION)),
            Patch(target="proof", html=evidence.resting_html(self._words)),
            *self._shelf(),
        )
        return opened.model_copy(update={"patches": (*panes, *opened.patches), "pane": None, "focus": ""})

    def _open(self, conversation: str) -> Reply:
        if not conversation:
            empty = chat.empty_html(self._holdings, self._words)
            return Reply(
                patches=(Patch(target="turns", html=empty), self._list("")),
                conversation="",
                pane="chat",
                focus="question",
            )
        kept = [self._as_it_stands(turn) for turn in self._kept.turns(self._owner, conversation)]
        html = chat.turns_html(
            kept,
            self._holdings,
            self._words,
            conversation=conversation,
            verdicts=self._kept.verdicts(self._owner, [turn.id for turn in kept]),
        )
        if not kept:
            html = chat.empty_html(self._holdings, self._words)
        return Reply(
            patches=(Patch(target="turns", html=html), self._list(conversation)),
            follow=tuple(Follow(kind="turn", id=turn.id, seen=-1) for turn in kept if turn.exchange.running),
            conversation=conversation,
            pane="chat",
        )

    def _as_it_stands(self, turn: KeptTurn) -> KeptTurn:
        """Return a turn as it is now; one that a restart has cut off counts as stopped."""
        if not turn.exchange.running:
            return turn
        state = self._runs.now(self._owner, turn.id)
        exchange = state[1] if state else turn.exchange.model_copy(update={"stopped": True})
        return turn.model_copy(update={"exchange": exchange})

    # ---------------------------------------------------------------- asking

    def _ask(self, act: acts.Ask) -> Reply:
        text = act.text.strip()
        if not text:
            return Reply(focus="question")
        if len(text) > LONGEST_QUESTION:
            return Reply(told=self._words("told.too_long", length=len(text), longest=LONGEST_QUESTION))
        fresh = not self._shown
        conversation = self._kept.start(self._owner, text) if fresh else self._shown
        narrowed = shelf.narrowed_by(
            self._holdings.headings(),
            regions=act.regions,
            organizations=act.organizations,
            years=act.years,
        )
        if act.replace:
            self._kept.cut(self._owner, conversation, act.replace)
        return self._put(conversation, text, narrowed, anew=fresh or bool(act.replace))

    def _again(self, act: acts.Again) -> Reply:
        before = self._turn(self._shown, act.turn)
        self._kept.cut(self._owner, self._shown, act.turn)
        return self._put(self._shown, before.exchange.question, before.narrowed, plan=before.plan, anew=True)

    def _change(self, act: acts.Change) -> Reply:
        """Ask a turn's plan as its reader changed it, at the end; the turn itself shows again what it answered."""
        before = self._turn(self._shown, act.turn)
        plan = before.exchange.answer.plan if before.exchange.answer else None
        if plan is None:
            return Reply(told=self._words("told.no_turn"))
        chosen = changed_as_sent(plan, act)
        reply = self._put(self._shown, chosen.standalone, before.narrowed, plan=chosen, anew=False)
        html = chat.turn_html(
            before,
            self._holdings,
            self._words,
            conversation=self._shown,
            verdict=self._kept.verdicts(self._owner, [before.id]).get(before.id),
            is_last=False,
        )
        unchanged = Patch(target=before.id, html=html, how="replace")
        return reply.model_copy(update={"patches": (unchanged, *reply.patches)})

    def _put(
        self, conversation: str, text: str, narrowed: Filter, *, plan: Plan | None = None, anew: bool
    ) -> Reply:
        """Ask a question, or a plan, at the end of a conversation; `anew` shows the whole of it again."""
        earlier = self._kept.turns(self._owner, conversation)
        said = turns(turn.exchange for turn in earlier[-_TURNS_SENT_BACK:])
        turn = KeptTurn(id=new_id("t"), exchange=Exchange(question=text), narrowed=narrowed, plan=plan)
        self._kept.add(self._owner, conversation, turn)
        self._runs.start(
            self._owner,
            turn.id,
            Question(text=text, history=said, filter=narrowed),
            plan=plan,
            on_end=lambda ended: self._kept.finish(conversation, turn.model_copy(update={"exchange": ended})),
        )
        if anew:
            return self._open(conversation).model_copy(update={"focus": "question"})
        html = chat.turn_html(turn, self._holdings, self._words, conversation=conversation)
        return Reply(
            patches=(Patch(target="turns", html=html, how="append"), self._list(conversation)),
            follow=(Follow(kind="turn", id=turn.id, seen=-1),),
            conversation=conversation,
            pane="chat",
            focus="question",
        )

    def _stop(self, turn: str) -> Reply:
        self._runs.stop(self._owner, turn)
        return Reply(told=self._words("told.stopped"))

    def followed_turn(self, following: acts.Following, state: tuple[int, Exchange] | None) -> Reply:
        """Return what is new of an answer; of a turn that was removed meanwhile, nothing."""
        if state is None:
            return Reply()
        version, exchange = state
        again = (Follow(kind="turn", id=following.id, seen=version),) if exchange.running else ()
        if version == following.seen and exchange.running:
            return Reply(follow=again)
        turn = self._turn(self._shown, following.id).model_copy(update={"exchange": exchange})
        html = chat.turn_html(turn, self._holdings, self._words, conversation=self._shown)
        done = "" if exchange.running else self._words("told.answered")
        return Reply(
            patches=(Patch(target=following.id, html=html, how="replace"),), follow=again, heard=done
        )

    # ---------------------------------------------------------------- looking

    def _cite(self, act: acts.Cite) -> Reply:
        answer = self._turn(self._shown, act.turn).exchange.answer
        cited = [one for one in answer.citations if one.n == act.n] if answer else []
        if answer is None or not cited:
            return Reply(told=self._words("told.no_citation"))
        html = evidence.evidence_html(answer, cited[0], self._holdings, self._words)
        return Reply(patches=(Patch(target="proof", html=html),), pane="proof", focus="proof-title")

    def _read(self, act: acts.Read) -> Reply:
        report = self._holdings.report(act.report)
        if report is None:
            return Reply(patches=self._shelf(), told=self._words("told.no_report"))
        html = reader.report_html(
            report,
            self._holdings.text(act.report),
            self._holdings.findings(Filter(report_ids=(act.report,))),
            self._words,
            part=act.part,
            place=reader.Place(start=act.start, end=act.end, row=act.row, column=act.column),
            removable=self._imports is not None,
        )
        return Reply(patches=(Patch(target="proof", html=html),), pane="proof", focus="report-title")

    def _look(self, act: acts.Look) -> Reply:
        drawn = self._pages.draw(act.report, act.page) if self._pages else None
        if drawn is None:
            return Reply(told=self._words("told.no_page"))
        picture = base64.b64encode(drawn).decode()
        html = fill("printed_page", self._words, picture=picture, page=act.page)
        return Reply(patches=(Patch(target="printed-page", html=html),))

    def _doubts(self, act: acts.Doubts) -> Reply:
        narrowed = Filter(
            organizations=(act.organization,) if act.organization else None,
            years=(int(act.year),) if act.year.isdigit() else None,
        )
        html = shelf.doubts_html(
            self._holdings.findings(narrowed),
            self._holdings.headings(),
            self._words,
            organization=act.organization,
            year=act.year,
            severity=act.severity,
        )
        return Reply(patches=(Patch(target="proof", html=html),), pane="proof")

    def _shelf(self) -> tuple[Patch, ...]:
        heads = self._holdings.headings()
        manifest = self._holdings.manifest()
        library = shelf.library_html(
            heads, self._words, indexed=(manifest.indexed_chunks, manifest.chunks), limits=self._limits
        )
        return (
            Patch(target="narrowing", html=shelf.filters_html(heads, self._words)),
            Patch(target="library", html=library),
            self._listing(""),
        )

    def _listing(self, search: str) -> Patch:
        html = shelf.listing_html(self._holdings.headings(), search, self._words)
        return Patch(target="listing", html=html)

    # ---------------------------------------------------------------- keeping

    def _list(self, shown: str, *, search: str = "") -> Patch:
        heads = self._kept.heads(self._owner, search=search)
        return Patch(target="conversations", html=history.conversations_html(heads, shown, self._words))

    def _turn(self, conversation: str, turn_id: str) -> KeptTurn:
        for turn in self._kept.turns(self._owner, conversation):
            if turn.id == turn_id:
                return turn
        raise AssistantError(self._words("told.no_turn"))

    def _delete(self, act: acts.Delete) -> Reply:
        self._kept.delete(self._owner, act.conversation)
        if act.conversation == self._shown:
            return self._open("").model_copy(update={"told": self._words("told.deleted")})
        return Reply(patches=(self._list(self._shown),), told=self._words("told.deleted"))

    def _export(self, act: acts.Export) -> Reply:
        kept = self._kept.turns(self._owner, act.conversation)
        title = self._kept.head(self._owner, act.conversation).title
        if act.turn:
            kept = (self._turn(act.conversation, act.turn),)
            title = kept[0].exchange.question
        exchanges = [turn.exchange for turn in kept]
        suffix, media_type = _MEDIA[act.format]
        content = _WRITERS[act.format](title, exchanges, self._cited(exchanges))
        return _download(f"{safe_name(title)}.{suffix}", media_type, content)

    def _cited(self, exchanges: Sequence[Exchange]) -> dict[str, Report]:
        """Return the reports that answers point at, those that are still there."""
        ids = {one.report_id for each in exchanges if each.answer for one in each.answer.citations}
        found = ((report_id, self._holdings.report(report_id)) for report_id in sorted(ids))
        return {report_id: report for report_id, report in found if report is not None}

    def _judge(self, act: acts.Judge) -> Reply:
        kept = self._kept.turns(self._owner, self._shown)
        turn = self._turn(self._shown, act.turn)
        answer = turn.exchange.answer
        if answer is None:
            return Reply(told=self._words("told.no_turn"))
        earlier = [one.exchange for one in kept[: kept.index(turn)]]
        self._kept.remember(
            self._owner,
            Feedback(
                turn_id=act.turn,
                verdict=act.verdict,
                reasons=act.reasons,
                note=act.note,
                question=turn.exchange.question,
                history=turns(earlier[-_TURNS_SENT_BACK:]),
                answer=answer,
            ),
        )
        html = chat.turn_html(
            turn,
            self._holdings,
            self._words,
            conversation=self._shown,
            verdict=act.verdict,
            is_last=turn == kept[-1],
        )
        return Reply(
            patches=(Patch(target=act.turn, html=html, how="replace"),), told=self._words("told.judged")
        )

    def _export_feedback(self) -> Reply:
        given = self._kept.feedback(self._owner)
        if not given:
            return Reply(told=self._words("told.no_feedback"))
        return _download("feedback.jsonl", "application/x-ndjson;charset=utf-8", question_set(given).encode())

    # ---------------------------------------------------------------- the library

    def _take_in(self, act: acts.TakeIn) -> Reply:
        if self._imports is None or not act.files:
            return Reply(told=self._words("told.no_upload"))
        return self._job(self._imports.start(act.files))

    def _job(self, job: Job, *, patches: Sequence[Patch] = ()) -> Reply:
        shown = Patch(target="job", html=shelf.job_html(job, self._words))
        follow = () if job.done else (Follow(kind="job", id=job.id, seen=job.version),)
        return Reply(patches=(*patches, shown), follow=follow)

    def followed_job(self, following: acts.Following, job: Job | None) -> Reply:
        """Return what is new of an import; when it is over, the library shows what came of it."""
        if job is None:
            return Reply()
        if job.version == following.seen and not job.done:
            return Reply(follow=(Follow(kind="job", id=job.id, seen=job.version),))
        return self._job(job, patches=self._shelf() if job.done else ())

    def _remove(self, report_id: str) -> Reply:
        if self._imports is None:
            return Reply(told=self._words("told.no_upload"))
        self._imports.remove(report_id)
        resting = Patch(target="proof", html=evidence.resting_html(self._words))
        return Reply(patches=(*self._shelf(), resting), told=self._words("told.removed"))


_Writer = Callable[[str, Sequence[Exchange], dict[str, Report]], bytes]
_WRITERS: dict[acts.Format, _Writer] = {
    "markdown": lambda title, exchanges, reports: markdown(title, exchanges, reports).encode(),
    "docx": word,
    "csv": lambda _, exchanges, __: figures_csv(exchanges).encode(),
    "xlsx": lambda _, exchanges, __: figures_xlsx(exchanges),
}


def _download(name: str, media_type: str, content: bytes) -> Reply:
    return Reply(
        download=Download(name=name, media_type=media_type, content=base64.b64encode(content).decode())
    )
