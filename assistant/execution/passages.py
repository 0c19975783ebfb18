"""Find what a report says about something: a section, the points of a list, or the sentences that fit best."""

import re
from collections.abc import Sequence

from assistant.execution.bench import Bench
from assistant.execution.figures import MOST_MISSED, denying_sentence
from assistant.execution.points import read_points
from assistant.language import Language
from assistant.plans import Ask, Listing, Passage
from assistant.results import Place, Quote, Told, Untold
from assistant.tools import ReportView, SentenceMatch, inline, squeezed
from ingest.outline import Sentence
from vectorstore.models import ReportHead

FITTING_SENTENCE = 0.45
"""The score from which a sentence counts as an answer."""
_ITEM = re.compile(
    r"^[\s*]*(?:[一二三四五六七八九十]{1,2}\s*是|第[一二三四五六七八九十]{1,2}[，,、]|[（(]?\d{1,2}[)）.、．](?!\d)|[（(][一二三四五六七八九十][)）]|[①-⑩])"
)
_FIRST_ITEM = re.compile(r"^[\s*]*(?:一是|第一[，,、]|[（(]?1[)）.、．](?!\d)|①)")
_ITEM_INSIDE = re.compile(r"[：:，,]\s*(?=一是)")
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,20})[”\"」』]")
_SAYS_IT = 1.0
"""How much likelier, in log-odds, a sentence must be than none to be what is asked for."""
_ALSO_SAYS_IT = 2.5
"""How far another one may lag behind the likeliest and belong to the answer."""
_PROVES_IT = 2.5
"""How much likelier it must be to prove a claim in other words than the claim's."""
_MOST_SENTENCES = 3
_MOST_LISTED = 6
_MOST_OF_A_SECTION = 8
_NEARLY_AS_GOOD = 0.03
_SHORT_POINT = 26
_MOST_POINTS = 12
_ABOUT_HEADING = 0.8
"""The share of the asked words, by rarity, that a heading must hold for its section to be what was asked for."""
_LEAST_HEADING = 4
"""The characters that the telling words of a heading must have to be looked for in the question."""
_ASKING = frozenset(
    [
        "原因",
        "理由",
        "情况",
        "做法",
        "办法",
        "措施",
        "方式",
        "过程",
        "内容",
        "主题",
        "具体",
        "主要",
        "含义",
        "意思",
    ]
)
"""Words that say how something is asked about, and not about what."""
_LEAST_LISTED = 4
_LONGEST_WHOLE = 160
"""The characters up to which a sentence cut at ； is quoted whole."""


def told(operation: Passage | Listing, place: Place, bench: Bench) -> Told | Untold:
    """Return what the report of a place says about something, in its own sentences."""
    if place.head is None:
        return Untold(places=(place,), about=operation.about)
    found = None
    if operation.ask in {"problems", "plans"}:
        found = _points(operation, place, place.head, bench)
    if found is None:
        found = _meant(operation, place, place.head, bench)
    if found is None and isinstance(operation, Listing):
        found = _list(operation, place, place.head, bench)
    return (
        found
        or _section(operation.about, operation.ask, place, place.head, bench)
        or _sentences(operation, place, place.head, bench)
        or Untold(places=(place,), about=operation.about)
    )


def supporting(phrase: str, head: ReportHead, bench: Bench) -> Quote | None:
    """Return the sentence that says what a phrase says, None where none does clearly."""
    for report_id, match in bench.sentences((head,), phrase, near=True).sentences:
        worded = match.score >= FITTING_SENTENCE + 0.1 and match.missed <= MOST_MISSED
        if match.near >= _PROVES_IT or (worded and match.near > -_SAYS_IT):
            return Quote(report_id=report_id, sentence=match.sentence)
    return None


def _meant(operation: Passage | Listing, place: Place, head: ReportHead, bench: Bench) -> Told | None:
    """Return the sentences that answer by their meaning; of a list that one of them opens or belongs to, all of it."""
    view = bench.view(head)
    lookup = bench.sentences((head,), operation.about, dense=True, near=True, asked=operation.asked)
    meant = {match.sentence.char_start: match for _, match in lookup.sentences if match.near >= _SAYS_IT}
    if not meant or _QUOTED.search(operation.about):
        return None
    best = max(meant.values(), key=lambda match: match.near)
    listed = _group_of(best.sentence, view) if isinstance(operation, Listing) else None
    if listed is not None:
        return _told(place, head, operation.ask, operation.about, listed, listed=True)
    kept = [match for match in meant.values() if match.near >= best.near - _ALSO_SAYS_IT]
    kept = sorted(kept, key=lambda match: -match.near)[
        : _MOST_LISTED if isinstance(operation, Listing) else _MOST_SENTENCES
    ]
    sentences = {
        sentence.char_start: sentence
        for match in sorted(kept, key=lambda match: match.sentence.char_start)
        for sentence in (_whole(match.sentence, head, view, bench), *_told_next(view, match.sentence))
    }
    if isinstance(operation, Listing) and len(kept) == 1:
        about = _told_of(operation.about, bench.language)
        items = _named_items(kept[0].sentence, about, view, bench.language)
        sentences = {item.char_start: item for item in items} or sentences
    return _told(place, head, operation.ask, operation.about, tuple(sentences.values()))


def _group_of(sentence: Sentence, view: ReportView) -> list[Sentence] | None:
    """Return the enumerated points that a sentence is one of, or opens."""
    sentences = view.sentences
    at = next(index for index, other in enumerate(sentences) if other.char_start == sentence.char_start)
    behind = sentences[at + 1].char_start if at + 1 < len(sentences) else -1
    for group in groups(view):
        starts = {one.char_start for one in group}
        if sentence.char_start in starts or group[0].char_start == behind:
            return group
    return None


def _points(operation: Passage | Listing, place: Place, head: ReportHead, bench: Bench) -> Told | None:
    """Return the problems, or the plans, that a report states; of those the ones that a narrower question is about."""
    points = read_points(bench.view(head), bench.language)
    all_told = points.problems if operation.ask == "problems" else points.plans
    if not all_told:
        return None
    return _told(place, head, operation.ask, operation.about, all_told[:_MOST_POINTS], listed=True)


def _list(operation: Listing, place: Place, head: ReportHead, bench: Bench) -> Told | None:
    """Return the enumerated points whose heading or opening sentence is about what is asked."""
    view = bench.view(head)
    scores = {
        match.sentence.char_start: match for _, match in bench.sentences((head,), operation.about).sentences
    }
    best_sentence = max((match.score for match in scores.values()), default=0.0)
    ranked = [(_worth(group, scores, operation.about, view, bench), group) for group in groups(view)]
    if not ranked:
        return None
    worth, group = max(ranked, key=lambda entry: entry[0])
    if worth <= FITTING_SENTENCE or worth < best_sentence - _NEARLY_AS_GOOD:
        return None
    return _told(place, head, operation.ask, operation.about, group, listed=True)


def groups(view: ReportView) -> list[list[Sentence]]:
    """Return runs of enumerated points, each with what belongs to a point left out but its own sentence."""
    found: list[list[Sentence]] = []
    current: list[Sentence] = []
    for sentence in view.sentences:
        text = inline(sentence.text)
        starts = bool(_ITEM.match(text))
        begins_inside = bool(_ITEM_INSIDE.search(text))
        if begins_inside or _FIRST_ITEM.match(text):
            if current:
                found.append(current)
            current = [sentence]
        elif starts and current and sentence.section_path == current[-1].section_path:
            current.append(sentence)
        elif current and sentence.section_path != current[-1].section_path:
            found.append(current)
            current = []
    if current:
        found.append(current)
    return [group for group in found if len(group) > 1]


def _worth(
    group: Sequence[Sentence],
    scores: dict[int, SentenceMatch],
    about: str,
    view: ReportView,
    bench: Bench,
) -> float:
    """Return how well a group fits: by the sentence that opens it, its headings and its points."""
    sentences = view.sentences
    first = next(at for at, sentence in enumerate(sentences) if sentence.char_start == group[0].char_start)
    opening = (
        sentences[first - 1] if first and sentences[first - 1].section_path == group[0].section_path else None
    )
    own = [scores[s.char_start].score for s in group if s.char_start in scores]
    lead = scores[opening.char_start].score if opening and opening.char_start in scores else 0.0
    heading = group[0].section_path[-1] if group[0].section_path else ""
    opened = inline(opening.text) if opening else ""
    words = bench.language.content(about)
    weights = {word: max(0.2, view.rarity(word)) for word in words}
    hits = sum(
        weights[word]
        for word in weights
        if word in heading or word in opened or word in inline(group[0].text)
    )
    return max(lead, sum(own) / len(group), 0.9 * hits / max(0.2, sum(weights.values())))


def _section(about: str, ask: Ask, place: Place, head: ReportHead, bench: Bench) -> Told | None:
    """Return the sentences of the one section whose own heading is what is asked about."""
    view = bench.view(head)
    words = [word for word in bench.language.content(about) if len(word) > 1]
    if not words:
        return None
    weights = {word: max(0.2, view.rarity(word)) for word in words}
    asked = squeezed(about)
    named: dict[tuple[str, ...], tuple[float, list[Sentence]]] = {}
    for sentence in view.sentences:
        heading = squeezed(sentence.section_path[-1]) if sentence.section_path else ""
        held = sum(weights[word] for word in weights if word in heading) / sum(weights.values())
        if held >= _ABOUT_HEADING or _is_named(heading, asked, bench.language):
            named.setdefault(sentence.section_path, (held, []))[1].append(sentence)
    if not named:
        return None
    best = max(held for held, _ in named.values())
    sections = [(path, sentences) for path, (held, sentences) in named.items() if held == best]
    if len(sections) != 1:
        return None
    ((path, sentences),) = sections
    return _told(place, head, ask, about, sentences, heading=path[-1], most=_MOST_OF_A_SECTION)


def _is_named(heading: str, asked: str, language: Language) -> bool:
    """Tell whether a question says all that a heading says beyond the words that most headings have."""
    common = language.everyday | language.actions | _ASKING
    telling = [word for word in language.content(heading) if word not in common]
    return sum(map(len, telling)) >= _LEAST_HEADING and all(word in asked for word in telling)


def _sentences(operation: Passage | Listing, place: Place, head: ReportHead, bench: Bench) -> Told | None:
    """Return the sentences that fit best; a word in quotation marks must stand in them."""
    view = bench.view(head)
    about = _told_of(operation.about, bench.language)
    found = bench.sentences((head,), about, dense=True)
    ranked = _lifted([match for _, match in found.sentences], [hit.chunk.id for hit in found.passages], view)
    fitting = [match for match in ranked if match.score >= FITTING_SENTENCE and match.missed <= 0.5]
    terms = [squeezed(term) for term in _QUOTED.findall(operation.about)]
    if terms:
        fitting = [
            match
            for match in ranked
            if match.score >= FITTING_SENTENCE / 2
            and all(term in squeezed(match.sentence.text) for term in terms)
        ]
    if not fitting:
        denial = denying_sentence(operation.about, head, bench)
        return _told(place, head, operation.ask, operation.about, (denial,)) if denial is not None else None
    best = fitting[0].score
    sentences: list[Sentence] = []
    for match in fitting[:_MOST_SENTENCES]:
        if match.score < best - _NEARLY_AS_GOOD:
            break
        sentences += [_whole(match.sentence, head, view, bench), *_told_next(view, match.sentence)]
    if isinstance(operation, Listing):
        sentences = list(_named_items(sentences[0], about, view, bench.language) or sentences)
    kept = {sentence.char_start: sentence for sentence in sentences}
    return _told(place, head, operation.ask, operation.about, tuple(kept.values()))


def _whole(sentence: Sentence, head: ReportHead, view: ReportView, bench: Bench) -> Sentence:
    """Return the sentence that a piece was cut from at ；, where it is short enough to be read as one."""
    pieces = view.sentences
    first = last = next(at for at, other in enumerate(pieces) if other.char_start == sentence.char_start)
    while (
        first > 0 and _goes_on(pieces[first - 1]) and pieces[first - 1].section_path == sentence.section_path
    ):
        first -= 1
    while (
        _goes_on(pieces[last])
        and last + 1 < len(pieces)
        and pieces[last + 1].section_path == sentence.section_path
    ):
        last += 1
    start, end = pieces[first].char_start, pieces[last].char_end
    if first == last or end - start > _LONGEST_WHOLE:
        return sentence
    text = bench.toolbox.text(head.report_id)[start:end]
    return sentence.model_copy(update={"text": text, "char_start": start, "char_end": end})


def _goes_on(piece: Sentence) -> bool:
    return piece.text.rstrip().endswith(("；", ";"))


def _told_next(view: ReportView, sentence: Sentence) -> Sequence[Sentence]:
    """Return what a short point (一是推进……。) goes on to say, up to the next point."""
    at = next(index for index, other in enumerate(view.sentences) if other.char_start == sentence.char_start)
    bracketed = _in_brackets(view.sentences[at + 1 : at + 1 + _MOST_POINTS])
    if bracketed:
        return bracketed
    if len(inline(sentence.text)) > _SHORT_POINT or not _ITEM.match(inline(sentence.text)):
        return ()
    following: list[Sentence] = []
    for other in view.sentences[at + 1 : at + 1 + _MOST_SENTENCES]:
        if other.section_path != sentence.section_path or _ITEM.match(inline(other.text)):
            break
        following.append(other)
    return following


def _in_brackets(behind: Sequence[Sentence]) -> Sequence[Sentence]:
    """Return what stands in brackets right behind a sentence, however many pieces it has: it explains it."""
    if not behind or not inline(behind[0].text).startswith(("（", "(")):
        return ()
    for count, sentence in enumerate(behind, start=1):
        if inline(sentence.text).rstrip("。；; ").endswith(("）", ")")):
            return behind[:count]
    return ()


def _told_of(about: str, language: Language) -> str:
    """Return what is asked about without the words for how it is asked, where others are left."""
    kept = about
    for word in _ASKING:
        kept = kept.replace(word, " ")
    return kept if language.content(kept) else about


def _named_items(
    sentence: Sentence, about: str, view: ReportView, language: Language
) -> tuple[Sentence, ...]:
    """Return, of a long list in one sentence, the items that hold the rarest asked word, where not all do."""
    words = [word for word in language.content(about) if len(word) > 1 and word in squeezed(sentence.text)]
    if not words:
        return ()
    word = max(words, key=view.rarity)
    for listed in re.finditer(r"[^；;，,。：:]+", sentence.text):
        items = [found.span() for found in re.finditer(r"[^、]+", listed.group())]
        held = [span for span in items if word in squeezed(listed.group()[slice(*span)])]
        if len(items) >= _LEAST_LISTED and 1 < len(held) < len(items):
            return tuple(
                _part_of(sentence, listed.start() + start, listed.start() + end) for start, end in held
            )
    return ()


def _part_of(sentence: Sentence, start: int, end: int) -> Sentence:
    update = {
        "text": sentence.text[start:end],
        "char_start": sentence.char_start + start,
        "char_end": sentence.char_start + end,
    }
    return sentence.model_copy(update=update)


def _lifted(
    sentences: Sequence[SentenceMatch], passages: Sequence[str], view: ReportView
) -> list[SentenceMatch]:
    """Lift sentences that stand in a passage which the index found first."""
    order = {chunk_id: rank for rank, chunk_id in enumerate(passages)}
    lifted: list[SentenceMatch] = []
    for match in sentences:
        chunk = next(
            (c for c in view.chunks if c.anchor.char_start <= match.sentence.char_start < c.anchor.char_end),
            None,
        )
        rank = order.get(chunk.id) if chunk else None
        bonus = 0.0 if rank is None else 0.08 / (1 + rank)
        lifted.append(match.model_copy(update={"score": match.score + bonus}))
    return sorted(lifted, key=lambda match: -match.score)


def _told(
    place: Place,
    head: ReportHead,
    ask: Ask,
    about: str,
    sentences: Sequence[Sentence],
    *,
    heading: str | None = None,
    listed: bool = False,
    most: int = _MOST_POINTS,
) -> Told:
    return Told(
        place=place,
        ask=ask,
        about=about,
        quotes=tuple(Quote(report_id=head.report_id, sentence=sentence) for sentence in sentences[:most]),
        heading=heading,
        listed=listed,
        omitted=max(0, len(sentences) - most),
    )
