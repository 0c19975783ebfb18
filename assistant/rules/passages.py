"""Answer with the report's own sentences: lists, problems and measures, how and what."""

import re
from collections.abc import Sequence

from assistant.execution.figures import MOST_MISSED
from assistant.execution.passages import FITTING_SENTENCE, groups
from assistant.models import Drafted
from assistant.rendering import Draft, issuer, refuse
from assistant.rules.context import Context
from assistant.rules.lookup import denying_sentence
from assistant.tools import ReportView, SentenceMatch, inline, squeezed
from ingest.outline import Sentence
from prompts import load

_ITEM = re.compile(
    r"^[\s*]*(?:[一二三四五六七八九十]{1,2}\s*是|第[一二三四五六七八九十]{1,2}[，,、]|[（(]?\d{1,2}[)）.、．](?!\d)|[（(][一二三四五六七八九十][)）])"
)
_ITEM_INSIDE = re.compile(r"[：:，,]\s*(?=一是)")
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,20})[”\"」』]")
_LONGEST_ANSWER = 900
_MOST_SENTENCES = 3
_MOST_OF_A_SECTION = 5
_NEARLY_AS_GOOD = 0.03
_SHORT_POINT = 26


def list_answer(context: Context) -> Drafted | None:
    """Return the enumerated points whose heading or opening sentence is about what is asked."""
    best: tuple[float, ReportView, list[Sentence]] | None = None
    for view in context.views:
        found = context.sentences((view,), context.asked, dense=False).sentences
        scores = {match.sentence.char_start: match for _, match in found}
        for group in groups(view):
            worth = _worth(group, scores, context, view)
            if worth > FITTING_SENTENCE and (best is None or worth > best[0]):
                best = worth, view, group
    if best is None:
        return None
    _, view, group = best
    draft = Draft()
    draft.say(f"{issuer(view)}的报告列出：")
    used = 0
    for sentence in group:
        text = inline(sentence.text)
        if not _ITEM.match(text):
            inside = _ITEM_INSIDE.search(text)
            text = text[inside.end() :] if inside else text
        if used + len(text) > _LONGEST_ANSWER:
            draft.say("……（其余见引文所在章节）")
            break
        used += len(text)
        draft.say(f"{text}{draft.cite_sentence(view, sentence)}")
    return draft.finish()


def _worth(
    group: Sequence[Sentence], scores: dict[int, SentenceMatch], context: Context, view: ReportView
) -> float:
    """Return how well a group fits: by the sentence that opens it, its headings and its points."""
    sentences = view.sentences
    first = next(
        index for index, sentence in enumerate(sentences) if sentence.char_start == group[0].char_start
    )
    opening = (
        sentences[first - 1] if first and sentences[first - 1].section_path == group[0].section_path else None
    )
    own = [scores[s.char_start].score for s in group if s.char_start in scores]
    lead = scores[opening.char_start].score if opening and opening.char_start in scores else 0.0
    heading = group[0].section_path[-1] if group[0].section_path else ""
    about = inline(opening.text) if opening else ""
    words = context.language.content(context.asked)
    weights = {word: max(0.2, view.rarity(word)) for word in words}
    told = sum(
        weights[word] for word in weights if word in heading or word in about or word in inline(group[0].text)
    )
    typical = sum(own) / len(group)
    worth = max(lead, typical, 0.9 * told / max(0.2, sum(weights.values())))
    return worth + _tone(group, opening, context)


def _tone(group: Sequence[Sentence], opening: Sentence | None, context: Context) -> float:
    """Return how far the points sound like what is asked: problems, or what will be done."""
    language = context.language
    told = "".join(sentence.text for sentence in group) + (opening.text if opening else "")
    problems = len(re.findall(language.problems_told, told))
    plans = len(re.findall(language.plans_told, told))
    leaning = (problems - plans) / max(1, problems + plans)
    wants_problems = bool(re.search(language.problems_asked, context.asked))
    wants_plans = bool(re.search(language.plans_asked, context.asked))
    return 0.0 if wants_problems == wants_plans else 0.35 * (leaning if wants_problems else -leaning)


def passage_answer(context: Context) -> Drafted:
    """Return the sentences that fit best, verbatim; refuse when none does."""
    views = context.views
    found = context.sentences(views, context.asked, dense=True)
    by_id = {view.report.id: view for view in views}
    ranked = _with_passages(found.sentences, [(hit.chunk.id, hit.score) for hit in found.passages], by_id)
    fitting = [
        (view, match) for view, match in ranked if match.score >= FITTING_SENTENCE and match.missed <= 0.5
    ]
    terms = [squeezed(term) for term in _QUOTED.findall(context.question.text)]
    if terms:
        # 问的是报告里一个带引号的词，只有写着它的句子才算数
        fitting = [
            (view, match)
            for view, match in ranked
            if match.score >= FITTING_SENTENCE / 2 and any(t in squeezed(match.sentence.text) for t in terms)
        ]
    if not fitting:
        denied = denial_answer(context)
        if denied is not None:
            return denied
        names = "、".join(issuer(view) for view in views[:3])
        return refuse("no_evidence", load("no_evidence").fill(reports=names))
    told = _section_told(context, fitting[0][0])
    if told is not None:
        return told
    draft = Draft()
    best = fitting[0][1].score
    for view, match in fitting[:_MOST_SENTENCES]:
        if match.score < best - _NEARLY_AS_GOOD:
            break
        mark = draft.cite_sentence(view, match.sentence)
        draft.say(f"{issuer(view)}的报告写道：“{inline(match.sentence.text)}”{mark}")
        for sentence in _told_next(view, match.sentence):
            draft.say(f"“{inline(sentence.text)}”{draft.cite_sentence(view, sentence)}")
    return draft.finish()


def _told_next(view: ReportView, sentence: Sentence) -> Sequence[Sentence]:
    """Return what a short point (一是推进……。) goes on to say, up to the next point."""
    if len(inline(sentence.text)) > _SHORT_POINT or not _ITEM.match(inline(sentence.text)):
        return ()
    at = next(index for index, other in enumerate(view.sentences) if other.char_start == sentence.char_start)
    told: list[Sentence] = []
    for other in view.sentences[at + 1 : at + 1 + _MOST_SENTENCES]:
        if other.section_path != sentence.section_path or _ITEM.match(inline(other.text)):
            break
        told.append(other)
    return told


def _section_told(context: Context, view: ReportView) -> Drafted | None:
    """Return the sentences of the one section whose own heading is what is asked about."""
    words = [word for word in context.language.content(context.asked) if len(word) > 1]
    named: dict[tuple[str, ...], list[Sentence]] = {}
    for sentence in view.sentences:
        heading = squeezed(sentence.section_path[-1]) if sentence.section_path else ""
        if words and all(word in heading for word in words):
            named.setdefault(sentence.section_path, []).append(sentence)
    if len(named) != 1 or len(words) < 2:
        return None
    (sentences,) = named.values()
    draft = Draft()
    draft.say(f"{issuer(view)}的报告在“{sentences[0].section_path[-1].rstrip('。')}”一节写道：")
    for sentence in sentences[:_MOST_OF_A_SECTION]:
        draft.say(f"{inline(sentence.text)}{draft.cite_sentence(view, sentence)}")
    if len(sentences) > _MOST_OF_A_SECTION:
        draft.say("……（其余见该节原文）")
    return draft.finish()


def _with_passages(
    sentences: Sequence[tuple[str, SentenceMatch]],
    passages: Sequence[tuple[str, float]],
    views: dict[str, ReportView],
) -> list[tuple[ReportView, SentenceMatch]]:
    """Lift sentences that stand in a passage which the index found first."""
    order = {chunk_id: rank for rank, (chunk_id, _) in enumerate(passages)}
    lifted: list[tuple[ReportView, SentenceMatch]] = []
    for report_id, match in sentences:
        view = views[report_id]
        chunk = next(
            (c for c in view.chunks if c.anchor.char_start <= match.sentence.char_start < c.anchor.char_end),
            None,
        )
        rank = order.get(chunk.id) if chunk else None
        bonus = 0.0 if rank is None else 0.08 / (1 + rank)
        lifted.append((view, match.model_copy(update={"score": match.score + bonus})))
    return sorted(lifted, key=lambda entry: -entry[1].score)


def truth_answer(context: Context) -> Drafted | None:
    """Return yes or no with the sentence that says so; None when no sentence is about it."""
    found = context.sentences(context.views, context.asked, dense=False).sentences
    by_id = {view.report.id: view for view in context.views}
    fitting = [(rid, m) for rid, m in found if m.score >= FITTING_SENTENCE + 0.1 and m.missed <= MOST_MISSED]
    if fitting:
        report_id, match = fitting[0]
        draft = Draft()
        mark = draft.cite_sentence(by_id[report_id], match.sentence)
        draft.say(f"{issuer(by_id[report_id])}的报告写道：“{inline(match.sentence.text)}”{mark}")
        return draft.finish()
    return None


def denial_answer(context: Context) -> Drafted | None:
    """Return what the reports say did not happen, where the question is about it; None when none says so."""
    draft = Draft()
    for view in context.views:
        denial = denying_sentence(context, view, context.asked)
        if denial is not None:
            draft.say(
                f"没有。{issuer(view)}的报告写明：“{inline(denial.text)}”{draft.cite_sentence(view, denial)}"
            )
    drafted = draft.finish()
    return drafted if drafted.text else None
