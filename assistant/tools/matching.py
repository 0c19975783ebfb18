"""Score how well figures and sentences fit what is asked, knowing nothing of any county or indicator.

Every asked word is found at one distance from the number: in its own clause, in what governs that clause, beside
another number, further off, or nowhere. The shares of these distances, the fit of the unit and what the clause
says beyond the question are the features of a candidate. Their weights stand in `matching.toml`; they are fitted
on generated questions (`benchmarks/fit_matching.py`), and a score is the chance that the figure is the one asked
for rather than none.
"""

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from assistant.language import Language
from assistant.tools.cards import Card, settled, squeezed
from assistant.tools.meaning import Weighed
from assistant.tools.views import ReportView
from ingest.indicators import Indicators, load_indicators
from ingest.models import Applicant, Figure, Value
from ingest.numerals import RATIO_UNITS, in_base_units
from ingest.outline import Sentence
from ingest.wording import without_parentheses

_PEOPLE = frozenset(["人", "名", "位", "人次"])
_GENERIC_MEASURES = frozenset("个项件条")
_DIMENSIONS = re.compile(r"吨|千克|公斤|公里|千米|平方|米|亩|公顷|千瓦|小时|分钟|工作日|天|个月|岁|度")
_HEAD = re.compile(
    r"(?:多少|几)(?:个|件|条|项|次|场|份|家|名|种|类|篇|期|宗|例|位|处)([\u4e00-\u9fff]{2,6}?)(?=[?？,，。和与及的呢吗]|$)"
)
_NUMBER_ASKED = re.compile(r"(?:多少|几(?!乎))(?:个|件|条|项|次|份|人|名)?")
_MONEY = re.compile(r"[万亿]*(?:元|美元)$")
_ASKS_FOR_ANOTHER_TIME = {
    "last": re.compile(r"上年|上一年|上一?学年|去年|前一?年|同期|此前|之前|以前|原来|原先|原有|从前|过去"),
    "from": re.compile(
        r"上年|上一年|上一?学年|去年|前一?年|同期|此前|之前|以前|原来|原先|原有|从前|过去|由|从"
    ),
    "plan": re.compile(r"计划|规划|打算|目标|预计|预期|力争|争取|将|拟|下一|下步|明年|来年|今后|安排|任务"),
}
"""Words with which a question asks for what is not of the year: of the year before, before a change, or planned."""
_ASKS_WHAT_WAS = re.compile(r"原来|原先|原有|从前|此前|之前|以前|过去")
_BEFORE = frozenset(["last", "from"])
_ASKS_FOR_CHANGE = re.compile(r"增|减|变化|同比|环比|上升|下降|提高|提升")
_ON_ITS_OWN = frozenset(["主动", "主动公开"])
_ASKS_FOR_ALL = re.compile(r"总|共|合计|全部|累计")
_DENIAL = re.compile(
    r"(?:未(?:收到|接到|发生|收取|受理|出现|产生|发现|制定|举办|召开|提起|被)|没有(?:收到|接到|发生|收取|受理|出现|产生|被)?|无(?!论|障碍|缝|正当|线|偿))([^。；;]{1,40})"
)
_SOFT = 0.5
_APART = 0.08
"""The share of its score that a sentence loses in which no asked words stand side by side as in the question."""
CERTAIN = 50.0
"""The log-odds of a figure that was named by its indicator."""
_SHORTEST_LABEL = 4
_JUDGED, _NEAR, _WORDS, _ABSENT, _EMPTY, _NONE = 0.46, 0.50, 0.24, 1.5, 1.8, 1.4
"""What the log-odds of the pair head, of the vectors and of the words weigh when they are put together; what
counts against a figure that lacks a word which stands elsewhere in the report, and against a cell that holds nothing.

Fitted on passages that the reader was not trained on, and on single figures asked of real reports.
"""
_MOST_OF_WORDS = 8.0
_MOST_BY_WORDS = 3
_FAINTEST, _FAINTEST_SENTENCE = 0.005, 0.15
_OF_NEAR_SENTENCES = 0.16
"""What the log-odds of meaning add to the score of a sentence."""

WeighFigures = Callable[[Sequence[Figure], Sequence[Figure]], Mapping[str, Weighed]]
"""Weigh by meaning the likeliest of some figures; the second are those that words put first."""
WeighSentences = Callable[[Sequence[int]], Mapping[int, Weighed]]
"""Weigh by meaning the likeliest sentences; given are those that words put first, by their offset."""

DISTANCES = (
    "own",
    "own_synonym",
    "governor",
    "governor_synonym",
    "own_soft",
    "governor_soft",
    "previous",
    "sibling",
    "sentence",
    "before",
    "headings",
    "absent",
    "unheard",
    "undone",
)
"""Where an asked word is found, nearest first; `unheard` words stand nowhere in the report, `undone` is a word for
what is done with a thing (受理, 公开) that the number's surroundings do not have."""
FEATURES = (
    *DISTANCES,
    "unasked",
    "overlap",
    "unit_same",
    "unit_ratio",
    "unit_money",
    "unit_other",
    "head",
    "head_missing",
    "total_asked",
    "total_unasked",
    "part",
    "bare",
    "first",
    "change",
    "cell",
    "cell_row",
    "cell_row_length",
    "cell_no_row",
    "cell_column",
    "cell_no_column",
    "cell_missed",
    "cell_other_row",
    "cell_other_column",
    "listed",
    "other_row",
    "indicator",
    "unit_foreign",
    "other_time",
)
"""Where an asked word is found, and what else tells; the last two are what words alone never take."""


class Asked(Value):
    """Hold what a question wants: its words, the unit, and the applicant column it names."""

    text: str
    words: tuple[str, ...]
    unit: str | None
    applicant: Applicant | None
    stressed: frozenset[str] = frozenset()
    """Words that are said more than once: those of the question itself before those of the conversation."""
    head: str | None = None
    """The noun right behind the asked number (栏目 in 多少个栏目)."""
    around: str = ""
    """The question around what is asked for, in which a time may be named."""


class Match(Value):
    """Hold a candidate with the chance that it is what was asked, and the share of the asked words that it misses."""

    figure: Figure
    score: float
    log_odds: float
    """The same chance as log-odds, which tell apart what is nearly certain."""
    missed: float
    missed_words: tuple[str, ...]
    absent: float = 0.0
    """The share of the asked words that stand elsewhere in the report and not here."""
    named: bool = False
    """Whether the question names row and, where there is one, column of the table."""
    elsewhen: bool = False
    """Whether it is of another time than the question asks of."""


class SentenceMatch(Value):
    """Hold a sentence with its score (0 to 1) and the asked words that it misses."""

    sentence: Sentence
    score: float
    missed: float
    missed_words: tuple[str, ...]
    near: float = 0.0
    """How much likelier it answers than that nothing does, in meaning; zero where no vectors tell."""


class Weights(Value):
    """Hold what each feature is worth, in log-odds; `none` is the log-odds of there being no such figure."""

    none: float
    features: Mapping[str, float]


@cache
def load_weights() -> Weights:
    """Read the fitted weights that ship with the package."""
    raw = tomllib.loads((files("assistant.tools") / "matching.toml").read_text("utf-8"))
    return Weights(none=raw["none"], features=raw["features"])


def analyse(text: str, language: Language, indicators: Indicators) -> Asked:
    """Return the words and wishes of a folded question whose organisations and years are gone."""
    text = language.settled(_without_slips(text, indicators))
    content = language.content(text)
    plain = squeezed(text)
    applicants = [
        (plain.find(term), -len(term), column.key)
        for column in indicators.applicants
        if column.key != "total"
        for term in column.terms
        if term in plain
    ]
    return Asked(
        text=text,
        words=tuple(dict.fromkeys(content)),
        stressed=frozenset(word for word in content if content.count(word) > 1),
        head=head[1] if (head := _HEAD.search(plain)) and head[1] not in language.everyday else None,
        unit=language.unit(text),
        applicant=min(applicants)[2] if applicants else None,  # type: ignore[arg-type]
    )


def _without_slips(text: str, indicators: Indicators) -> str:
    """Return a question in which a form's label written with one wrong character of the same sound is put right."""
    characters = set(text)
    for term in _labels(indicators):
        if term in text or len(set(term) - characters) > 1:
            continue
        for at in range(len(text) - len(term) + 1):
            written = text[at : at + len(term)]
            if sum(one != other for one, other in zip(written, term, strict=True)) == 1 and _sounds(
                written
            ) == _sounds(term):
                text = f"{text[:at]}{term}{text[at + len(term) :]}"
    return text


def _labels(indicators: Indicators) -> tuple[str, ...]:
    """Return the labels of the forms that are long enough for a slip to show, the longest first."""
    terms = {term for entry in indicators.indicators for term in (*entry.row_terms, *entry.column_terms)}
    return tuple(sorted((term for term in terms if len(term) >= _SHORTEST_LABEL), key=len, reverse=True))


@cache
def _sounds(text: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(text))


def match_figures(
    asked: Asked,
    view: ReportView,
    language: Language,
    indicators: Indicators,
    *,
    weigh: WeighFigures | None = None,
) -> tuple[Match, ...]:
    """Return the figures of a report that fit at all, best first; without `weigh` words alone decide."""
    weights = load_weights()
    matches: list[Match] = []
    for card, features, missed_words in candidates(asked, view, language, indicators):
        logit = sum(weights.features[name] * value for name, value in features.items()) - weights.none
        score = 1 / (1 + math.exp(-max(-CERTAIN, min(CERTAIN, logit))))
        matches.append(
            Match(
                figure=card.figure,
                score=score,
                log_odds=logit,
                missed=features.get("absent", 0.0) + features.get("unheard", 0.0),
                absent=features.get("absent", 0.0),
                missed_words=missed_words,
                named="cell_row" in features and "cell_no_column" not in features,
                elsewhen="other_time" in features,
            )
        )
    ranked = sorted(matches, key=_rank)
    if weigh is not None:
        figures = [match.figure for match in ranked]
        ranked = _by_meaning(ranked, weigh(figures, figures[:_MOST_BY_WORDS]))
    return tuple(match for match in ranked if match.score > _FAINTEST)


def _rank(match: Match) -> tuple[float, int]:
    return -match.log_odds, match.figure.anchor.char_start


def _by_meaning(matches: Sequence[Match], weighed: Mapping[str, Weighed]) -> list[Match]:
    """Put words and meaning together; a score is then the chance of an amount against all others and none."""
    found: list[Match] = []
    for match in matches:
        told = weighed.get(match.figure.id)
        if told is None:
            continue
        words = max(-_MOST_OF_WORDS, min(_MOST_OF_WORDS, match.log_odds))
        log_odds = _NONE + _JUDGED * told.judged + _NEAR * told.near + _WORDS * words
        log_odds -= _ABSENT * match.absent + _EMPTY * _is_empty(match.figure)
        found.append(match.model_copy(update={"log_odds": log_odds}))
    return list(weighed_together(found))


def _is_empty(figure: Figure) -> bool:
    """Tell whether a cell holds nothing or zero: of many cells that do, few are asked for without being named."""
    return figure.origin == "table" and (figure.quantity is None or figure.quantity.value == 0)


def weighed_together(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Return matches, best first, each with the chance of its amount against all others and none."""
    powers = [math.exp(min(CERTAIN, match.log_odds)) for match in matches]
    alike: dict[object, float] = {}
    for match, power in zip(matches, powers, strict=True):
        same = _same(match.figure)
        alike[same] = alike.get(same, 0.0) + power
    whole = 1 + sum(powers)
    scored = (
        match.model_copy(update={"score": min(1.0, alike[_same(match.figure)] / whole)}) for match in matches
    )
    return tuple(sorted(scored, key=_rank))


def _same(figure: Figure) -> object:
    """Return what figures between which no choice is needed share: the amount, or of nothing the cell of the form."""
    if figure.quantity is not None and figure.quantity.value:
        return in_base_units(figure.quantity)
    return (figure.anchor.row[-1:], figure.anchor.column) if figure.origin == "table" else figure.id


def candidates(
    asked: Asked, view: ReportView, language: Language, indicators: Indicators
) -> list[tuple[Card, dict[str, float], tuple[str, ...]]]:
    """Return the figures of a report that may be asked for, with their features and the words they miss."""
    question = squeezed(asked.text)
    around = question + asked.around
    told_before = any(card.figure.period in _BEFORE for card in view.cards)
    asks_before = told_before and bool(_ASKS_WHAT_WAS.search(around))
    # “收到几件申请”说的就是“收到申请”：所问的数夹在中间，不把名称断开
    spelled = _NUMBER_ASKED.sub("", question)
    importance = _importance(asked, view, language)
    terms = _terms()
    named = _Named(
        row=_longest([term for rows, _, _ in terms.values() for term in rows], spelled),
        column=_longest([term for _, columns, _ in terms.values() for term in columns], spelled),
        outcome=_longest([term for row in indicators.outcomes for term in row.terms], spelled),
    )
    phrases = {entry.key: entry for entry in indicators.narrative}
    wanted: Applicant = asked.applicant or "total"
    alike = {word: _alike(word, language) for word in asked.words}
    unheard = {word for word in asked.words if not view.mentions((word, *alike[word]))}
    found: list[tuple[Card, dict[str, float], tuple[str, ...]]] = []
    for card in view.cards:
        figure = card.figure
        asks = _ASKS_FOR_ANOTHER_TIME.get(figure.period)
        # 年度计划投资39.6亿元（包括某项目30亿元）：问那个项目的，不必再说计划
        is_of_a_plan = figure.period == "plan" and figure.part_of is not None
        elsewhen = asks is not None and not is_of_a_plan and not asks.search(around)
        # 原来是多少天：报告里写着原来的，现在的就不是所问的
        elsewhen |= asks is None and asks_before and figure.origin == "sentence"
        if figure.dimensions.applicant is not None and figure.dimensions.applicant != wanted:
            continue
        unit = _unit_features(asked.unit, figure)
        if unit is None or (figure.origin == "sentence" and _counts_something_else(card, question, language)):
            continue
        if figure.origin == "sentence" and _is_of_all_applicants(card, asked, indicators):
            continue
        features, missed_words = _word_features(
            card, asked, importance, alike, unheard, language.actions, terms
        )
        features |= unit
        if elsewhen:
            features["other_time"] = 1.0
        if figure.origin == "table":
            features |= _cell_features(figure, spelled, terms, named)
            features["cell_missed"] = features.get("absent", 0.0) + features.get("unheard", 0.0)
        else:
            features |= _clause_features(card, asked, question, language)
            if len(named.row) > 2 and named.row not in f"{card.own} {card.governor}":
                features["other_row"] = 1.0
            told = phrases.get(figure.indicator or "")
            # “收到几件申请”不是问12345热线收到多少件：所属的事没有提到，就不许还有没说到的词
            if told is not None and any(word in spelled for word in told.phrase):
                is_its_matter = any(word in question for word in told.context)
                features["indicator"] = float(is_its_matter or not missed_words)
        features["unasked"] = _unasked(card, asked, question, view, language)
        features["overlap"] = _overlap(without_parentheses(card.own), question)
        found.append((card, features, missed_words))
    return found


def match_sentences(
    asked: Asked,
    view: ReportView,
    language: Language,
    *,
    weigh: WeighSentences | None = None,
) -> tuple[SentenceMatch, ...]:
    """Return the sentences of a report that fit at all, best first; without `weigh` words alone decide."""
    weights = _importance(asked, view, language)
    matches: list[SentenceMatch] = []
    for sentence in view.sentences:
        text = settled(sentence.text)
        headings = settled(" ".join(sentence.section_path))
        found = {word: _found(word, text, headings, language) for word in asked.words}
        score = sum(weights[word] * worth for word, worth in found.items()) * (
            1 - _APART * (1 - _together(asked, text))
        )
        missing = tuple(word for word, worth in found.items() if worth < 0.2)
        matches.append(
            SentenceMatch(
                sentence=sentence,
                score=score,
                missed=sum(weights[word] for word in missing),
                missed_words=missing,
            )
        )
    matches.sort(key=_rank_of_sentence)
    if weigh is not None:
        weighed = weigh([match.sentence.char_start for match in matches[:_MOST_BY_WORDS]])
        matches = sorted((_with_meaning(match, weighed) for match in matches), key=_rank_of_sentence)
    return tuple(match for match in matches if match.score > _FAINTEST_SENTENCE)


def _rank_of_sentence(match: SentenceMatch) -> tuple[float, int]:
    return -match.score, match.sentence.char_start


def _with_meaning(match: SentenceMatch, weighed: Mapping[int, Weighed]) -> SentenceMatch:
    told = weighed.get(match.sentence.char_start)
    if told is None:
        return match
    score = max(0.0, min(1.0, match.score + _OF_NEAR_SENTENCES * told.judged))
    return match.model_copy(update={"score": score, "near": told.judged})


def _together(asked: Asked, sentence: str) -> float:
    """Return the share of the words that stand side by side in the question and do so in the sentence too."""
    question = squeezed(asked.text)
    pairs = [
        one + other
        for one, other in zip(asked.words, asked.words[1:], strict=False)
        if one + other in question
    ]
    return sum(pair in sentence for pair in pairs) / len(pairs) if pairs else 1.0


def denied_things(sentence: Sentence) -> tuple[str, ...]:
    """Return what a sentence says did not happen: the clauses behind 未收到, 没有 and the like."""
    return tuple(match[1] for match in _DENIAL.finditer(squeezed(sentence.text)))


def _importance(asked: Asked, view: ReportView, language: Language) -> dict[str, float]:
    """Return what share of the question each of its words is: rare ones more, single characters less."""
    weights = {
        word: max(0.2, view.rarity(word))
        * (0.4 if len(word) == 1 else 1.0)
        * (0.3 if word in language.everyday else 0.5 if word in language.actions else 1.0)
        * (1.6 if word in asked.stressed else 1.0)
        for word in asked.words
    }
    total = sum(weights.values()) or 1.0
    return {word: weight / total for word, weight in weights.items()}


@cache
def _terms() -> dict[str, tuple[tuple[str, ...], tuple[str, ...], str]]:
    """Return by indicator the words that ask for its row and its column, and all of them as one text."""
    return {
        entry.key: (
            tuple(map(settled, entry.row_terms)),
            tuple(map(settled, entry.column_terms)),
            settled(" ".join((*entry.row_terms, *entry.column_terms))),
        )
        for entry in load_indicators().indicators
    }


# ---------------------------------------------------------------- features


def _word_features(
    card: Card,
    asked: Asked,
    importance: Mapping[str, float],
    alike: Mapping[str, tuple[str, ...]],
    unheard: set[str],
    actions: frozenset[str],
    terms: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str]],
) -> tuple[dict[str, float], tuple[str, ...]]:
    known = terms.get(card.figure.indicator or "", ((), (), ""))[2] if card.figure.origin == "table" else ""
    shares: dict[str, float] = {}
    missed: list[str] = []
    for word in asked.words:
        distance = _distance(word, alike[word], card, known)
        if distance == "absent":
            missed.append(word)
            distance = "undone" if word in actions else "unheard" if word in unheard else "absent"
        shares[distance] = shares.get(distance, 0.0) + importance[word]
    return shares, tuple(missed)


def _distance(word: str, alike: Sequence[str], card: Card, known: str) -> str:
    own = f"{card.own} {known}"
    if word in card.own:
        return "own"
    if word in known or any(other in own for other in alike):
        return "own_synonym"
    if word in card.governor:
        return "governor"
    if any(other in card.governor for other in alike):
        return "governor_synonym"
    if _softly(word, own):
        return "own_soft"
    for text, name in (
        (card.previous, "previous"),
        (card.siblings, "sibling"),
        (card.sentence, "sentence"),
        (card.before, "before"),
        (card.headings, "headings"),
    ):
        if word in text or any(other in text for other in alike):
            return name
    return "governor_soft" if _softly(word, f"{own} {card.governor}") else "absent"


def _softly(word: str, text: str) -> bool:
    """Tell whether half of a word's characters stand close together in a text (督查检查 in 监督检查)."""
    if len(word) < 2 or not text:
        return False
    if len(word) > 2:
        pairs = [word[at : at + 2] for at in range(len(word) - 1)]
        return sum(pair in text for pair in pairs) / len(pairs) >= _SOFT
    return False


def _clause_features(card: Card, asked: Asked, question: str, language: Language) -> dict[str, float]:
    features: dict[str, float] = {}
    if any(_is_one_of_many(word, card.own, question) for word in asked.words):
        features["listed"] = 1.0
    if asked.head is not None:
        features["head" if asked.head in card.own else "head_missing"] = 1.0
    # 只问“公开了多少条信息”，问的是总数
    asks_for_all = bool(_ASKS_FOR_ALL.search(question)) or not (
        {word for word in asked.words if len(word) > 1} - language.everyday - language.actions - _ON_ITS_OWN
    )
    if card.sums_up:
        features["total_asked" if asks_for_all else "total_unasked"] = 1.0
    if card.is_part:
        features["part"] = 1.0
    if card.is_bare:
        features["bare"] = 1.0
    if card.is_first:
        features["first"] = 1.0
    if card.is_change and not _ASKS_FOR_CHANGE.search(question):
        features["change"] = 1.0
    return features


def _counts_something_else(card: Card, question: str, language: Language) -> bool:
    return _is_of_a_rival(card, question, language) or _lacks_a_qualifier(card, question, language)


def _is_of_all_applicants(card: Card, asked: Asked, indicators: Indicators) -> bool:
    """Tell whether a clause counts applications without saying whose, where the question asks for one applicant's."""
    terms = [
        term for column in indicators.applicants if column.key == asked.applicant for term in column.terms
    ]
    around = f"{card.own} {card.governor} {card.since}"
    return bool(terms) and "申请" in card.own and not any(term in around for term in terms)


def _is_of_a_rival(card: Card, question: str, language: Language) -> bool:
    """Tell whether the number is of one thing of a group (微信) where the question names another (抖音) only."""
    around = f"{card.own} {card.governor} {card.previous} {card.since}"
    for group in language.rivals:
        named = {thing for thing in group if thing in question}
        told = {other for thing in named for other in (thing, *_alike(thing, language))}
        if named and not any(thing in around for thing in told) and any(thing in around for thing in group):
            return True
    return False


def _lacks_a_qualifier(card: Card, question: str, language: Language) -> bool:
    """Tell whether the question has a word that changes what is counted (退回) and the clause has none like it."""
    around = f"{card.own} {card.governor} {card.previous} {card.since}"
    return any(
        word in question and not any(other in around for other in (word, *_alike(word, language)))
        for word in language.qualifying
    )


class _Named(Value):
    """Hold the longest label of any row and of any column of the forms that a question spells out."""

    row: str
    column: str
    outcome: str


def _is_one_of_many(word: str, own: str, question: str) -> bool:
    """Tell whether a word stands in a list (网站、微博、微信共…) whose other items the question does not name."""
    at = own.find(word)
    if at < 0 or "、" not in own:
        return False
    before, behind = own[:at].split("、"), own[at + len(word) :].split("、")
    others = [*(before[-2:-1] if not before[-1] else ()), *(behind[1:2] if not behind[0] else ())]
    return any(other[:2] not in question for other in others if other)


def _cell_features(
    figure: Figure,
    question: str,
    terms: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str]],
    named: _Named,
) -> dict[str, float]:
    row_terms, column_terms, _ = terms.get(figure.indicator or "", ((), (), ""))
    row, column = _longest(row_terms, question), _longest(column_terms, question)
    if not column and (figure.indicator or "").endswith(".total") and not named.outcome:
        # 没有问哪种结果，就是问总计
        column = "总计"
    features = {"cell": 1.0}
    if row:
        features |= {"cell_row": 1.0, "cell_row_length": min(1.0, len(row) / 10)}
    else:
        features["cell_no_row"] = 1.0
    if column:
        features["cell_column"] = min(1.0, 0.5 + len(column) / 10)
    elif column_terms:
        features["cell_no_column"] = 1.0
    if len(named.row) > len(row):
        features["cell_other_row"] = 1.0
    if column_terms and len(named.column) > len(column):
        features["cell_other_column"] = 1.0
    return features


def _unit_features(wanted: str | None, figure: Figure) -> dict[str, float] | None:
    """Return how the unit fits; None for percent or money where something else is asked for."""
    if figure.quantity is None or wanted is None:
        return {}
    unit = figure.quantity.unit
    is_ratio, is_money = unit in RATIO_UNITS, bool(_MONEY.search(unit))
    bare = unit.lstrip("万亿")
    if wanted == "%":
        return {"unit_ratio": 1.0} if is_ratio else None
    if wanted == "元":
        return {"unit_money": 1.0} if is_money else None
    if is_ratio or is_money:
        return None
    if _DIMENSIONS.match(bare) or (wanted in _PEOPLE) != (bare in _PEOPLE):
        return {"unit_foreign": 1.0}
    if wanted == bare:
        return {"unit_same": 1.0}
    return {} if figure.origin == "table" or wanted in _GENERIC_MEASURES else {"unit_other": 1.0}


def _unasked(card: Card, asked: Asked, question: str, view: ReportView, language: Language) -> float:
    """Return what share of the clause, by rarity, the question does not speak of."""
    if not card.own_words:
        return 0.5
    weights = {word: max(0.2, view.rarity(word)) for word in card.own_words}
    foreign = [
        word
        for word in card.own_words
        if word not in question
        and word not in view.issuer
        and not any(other in question for other in _alike(word, language))
        and not any(_softly(word, mine) for mine in asked.words)
    ]
    return sum(weights[word] for word in foreign) / sum(weights.values())


def _overlap(own: str, question: str) -> float:
    """Return the share of the clause's character pairs that the question has."""
    pairs = {own[at : at + 2] for at in range(len(own) - 1)}
    return sum(pair in question for pair in pairs) / len(pairs) if pairs else 0.0


def _longest(terms: Sequence[str], question: str) -> str:
    return max((term for term in terms if term in question), key=len, default="")


def _found(word: str, sentence: str, headings: str, language: Language) -> float:
    """Return how well a word of the question stands in a sentence or the headings above it, from 0 to 1."""
    places = ((sentence, 1.0), (headings, 0.4))
    best = max((worth for text, worth in places if word in text), default=0.0)
    if best:
        return best
    for other in _alike(word, language):
        best = max(best, *(worth * 0.85 if other in text else 0.0 for text, worth in places))
    if best or len(word) < 3:
        return best
    pairs = [word[at : at + 2] for at in range(len(word) - 1)]
    return max(worth * sum(pair in text for pair in pairs) / len(pairs) for text, worth in places) * 0.9


def _alike(word: str, language: Language) -> tuple[str, ...]:
    return tuple(other for group in language.synonyms if word in group for other in group if other != word)
