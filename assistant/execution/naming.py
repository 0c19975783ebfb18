"""Tell which row and column of the statutory forms a measure names, if it names one and says nothing beyond it.

「行政处罚 处理决定数量」 is a cell of the form and looked up by its key; 「行政处罚事项划转」 says more than any
label does and is looked for among the sentences.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.language import Language
from assistant.plans import Measure
from assistant.tools import settled
from ingest.indicators import Indicators
from ingest.models import Applicant, Value

_ENUMERATOR = re.compile(
    r"[（(][一二三四五六七八九十\d]{1,2}[)）]|(?:^|(?<=\s))(?:[一二三四五六七八九十]|\d)[、.．]"
)
_MARKS = re.compile(r"[“”\"'‘’《》（）()\[\]【】、，,。：:；;／/·\s\-—]+")
# 表格自己的用语：不说明是哪一行、哪一列
_FORM_WORDS = re.compile(
    r"第二十条|政府信息公开申请|依申请公开申请|信息公开申请|政府信息依申请公开|政府信息公开|依申请公开|政府信息|信息公开|公开申请"
    r"|申请件|申请|本年度|上年度|本年|当年|全年|年度|办理结果|处理结果|答复结果|办结|办理|答复|处理|收到|受理|作出|做出|提出|提起|提交|属于|因为|由于"
    r"|理由|原因|情形|方面|类别|案件|案子|案|的|数量|数额|件数|项数|总数|总量|数|件|项|宗|起|笔|份|个|多少|几|总计|合计|总共|一共|共|总|其中|被|类|因|以|为|是|有|了|项目"
)
_ASPECT = re.compile(r"(?<=[到理出起开办])[过了](?!程)")
"""What says of a verb only that it is done: 收到过申请."""
_RESULTS = frozenset(
    ["本年度办理结果", "办理结果", "申请办理结果", "处理结果", "答复结果", "申请的办理结果", "办理结果总计"]
)
_OTHERS = "其他"
_LAST_COUNT = re.compile("数量?$")
_BELOW = re.compile("下属|所属|下级")
_BELOW_KEY = ".sub"
"""How the keys of the forms before 2019 tell what is counted of the bodies below."""
_DEFAULT_COLUMNS = ("decisions",)
"""The column that is meant where a row of table two is asked for without one."""


class Key(Value):
    """Hold the cell that a measure names; several `indicators` are the columns among which nothing decides.

    With `adds`, the form prints no such total and the indicators add up to it. `row` and `columns` are the labels.
    """

    indicators: tuple[str, ...]
    applicant: Applicant | None = None
    adds: bool = False
    label: str = ""


class _Row(Value):
    """Hold a row that can be named: its words, the words of those above it, and its columns."""

    label: str
    words: tuple[str, ...]
    above: tuple[str, ...] = ()
    key: str
    table: str
    prefix: str = ""


def keys_of(measure: Measure, language: Language, indicators: Indicators) -> tuple[Key, ...]:
    """Return the cells that a measure may name, the longest label first; none where it says more than any label.

    The forms of different years name alike what they print in different rows: a report has one of them.
    """
    text = _ASPECT.sub("", _plain(" ".join((*measure.qualifiers, measure.phrase))))
    column = _plain(measure.column or "")
    if measure.applicant is None:
        found = _keys_in(measure, text, column, None, language, indicators)
        if found:
            return found
    applicant, text = _applicant(measure, text, indicators)
    if applicant is None:
        return ()
    return _keys_in(measure, text, column, applicant, language, indicators)


def _keys_in(
    measure: Measure,
    text: str,
    column: str,
    applicant: Applicant | None,
    language: Language,
    indicators: Indicators,
) -> tuple[Key, ...]:
    named = [
        (len(word) + _above_said(row, word, text), row.table, key)
        for row in _rows(indicators)
        for word in row.words
        if word in text
        and (key := _cell(row, word, text, column, measure, applicant, language, indicators)) is not None
    ]
    found: dict[tuple[int, str], list[Key]] = {}
    for length, table, key in sorted(named, key=lambda entry: -entry[0]):
        found.setdefault((length, table), []).append(key)
    return tuple(dict.fromkeys(key for keys in found.values() for key in _settled_among(keys, text)))


def _above_said(row: _Row, word: str, text: str) -> int:
    """Return how many characters beside a row's own name are of those that stand above it."""
    rest = text.replace(word, " ", 1)
    return sum(len(above) for above in row.above if above in rest)


def _settled_among(keys: Sequence[Key], text: str) -> Sequence[Key]:
    """Settle between rows of one form that are named alike: the body's own before those below it, else none."""
    distinct = list(dict.fromkeys(keys))
    below = [key for key in distinct if _BELOW_KEY in key.indicators[0]]
    own = [key for key in distinct if key not in below]
    distinct = below if below and (_BELOW.search(text) or not own) else own
    if len(distinct) < 2 or any(key.adds for key in distinct):
        return distinct
    every = tuple(indicator for key in distinct for indicator in key.indicators)
    return [distinct[0].model_copy(update={"indicators": tuple(dict.fromkeys(every))})]


def is_results(measure: Measure) -> bool:
    """Tell whether a measure is for the outcomes of requests as a whole, not for one of them."""
    return _plain(measure.phrase) in _RESULTS


def _cell(
    row: _Row,
    word: str,
    text: str,
    column: str,
    measure: Measure,
    applicant: Applicant | None,
    language: Language,
    indicators: Indicators,
) -> Key | None:
    """Return the cell of a row, when what a measure says beside the row's name is only its column."""
    if applicant is not None and row.table != "applications":
        return None
    rest = text.replace(word, " ", 1)
    for above in row.above:
        rest = rest.replace(above, " ")
    if row.table == "stat2017" and column and not _is_whole(column):
        return None
    if row.table in {"applications", "stat2017"}:
        rest = f"{rest} {'' if _is_whole(column) else column}"
        if row.prefix:
            keys = tuple(
                entry.key for entry in indicators.application_rows if entry.key.startswith(row.prefix)
            )
            key = Key(
                indicators=keys,
                applicant=_for(row, applicant),
                adds=True,
                label=_plain_label(row.label),
            )
        else:
            key = Key(indicators=(row.key,), applicant=_for(row, applicant), label=_plain_label(row.label))
        return key if _says_nothing(rest, language) else None
    columns, rest = _columns(row, text, rest, column, measure, indicators)
    if not columns or not _says_nothing(rest, language):
        return None
    if row.table == "litigation":
        groups = [group.key for group in indicators.review_groups if group.key.startswith("litigation")]
        return Key(
            indicators=tuple(f"{group}.{columns[0]}" for group in groups),
            adds=True,
            label=row.label,
        )
    return Key(indicators=tuple(dict.fromkeys(f"{row.key}.{key}" for key in columns)), label=row.label)


def _for(row: _Row, applicant: Applicant | None) -> Applicant | None:
    return (applicant or "total") if row.table == "applications" else None


def _columns(
    row: _Row, text: str, rest: str, column: str, measure: Measure, indicators: Indicators
) -> tuple[tuple[str, ...], str]:
    """Return the keys of the columns that a measure names beside its row, and what is left of its words."""
    if row.table in {"review_litigation", "litigation"}:
        offered = [
            (outcome.key, (outcome.path[-1], *outcome.terms, *outcome.variants))
            for outcome in indicators.outcomes
        ]
        default: tuple[str, ...] = ("total",)
    else:
        carried = [entry for entry in indicators.article20_columns if row.key in entry.rows]
        offered = [(entry.key, (entry.label, *entry.variants, *entry.terms)) for entry in carried]
        money = [entry.key for entry in carried if entry.money]
        every = tuple(dict.fromkeys(entry.key for entry in carried))
        default = tuple(key for key in every if key in _DEFAULT_COLUMNS) or every
        if measure.unit is not None and measure.unit.endswith("元"):
            default = tuple(money)
        if measure.change and "change" in every:
            default = ("change",)
        if re.search("事项|项目", text.replace(row.label, "")) and "prev_items" in every:
            # 事项有多少，2019 年的格式只印上一年的，今年的在正文里
            default = ()
    spoken = f"{rest} {column}"
    named = [
        (len(word), key, word)
        for key, words in offered
        for raw in words
        if (word := _plain(raw)) and word in (column or spoken)
    ]
    if not named:
        return default, spoken if not _is_whole(column) else rest
    longest = max(length for length, _, _ in named)
    best = [entry for entry in named if entry[0] == longest]
    return tuple(dict.fromkeys(key for _, key, _ in best)), spoken.replace(best[0][2], " ")


def _applicant(measure: Measure, text: str, indicators: Indicators) -> tuple[Applicant | None, str]:
    """Return the kind of applicant that a measure is narrowed to, and its words without it."""
    told = _plain(measure.applicant or "")
    columns = [
        (entry.key, _plain(term))
        for entry in indicators.applicants
        if entry.key != "total"
        for term in (entry.label.split("/")[-1], *entry.variants, *entry.terms)
        if told or term != _OTHERS
    ]
    if told:
        fitting = [(len(term), key) for key, term in columns if term and (term in told or told in term)]
        return (max(fitting)[1] if fitting else None), text  # pyright: ignore[reportReturnType]
    fitting_here = [(len(term), key, term) for key, term in columns if len(term) > 1 and term in text]
    if not fitting_here:
        return None, text
    _, key, term = max(fitting_here)
    return key, text.replace(term, " ", 1)  # pyright: ignore[reportReturnType]


def _says_nothing(rest: str, language: Language) -> bool:
    """Tell whether words name nothing beyond what every label of the forms says."""
    plain = _FORM_WORDS.sub(" ", _MARKS.sub(" ", rest))
    return not language.content(plain)


def _is_whole(column: str) -> bool:
    return column in {"总计", "合计", "总数"}


@cache
def _plain(text: str) -> str:
    """Return words as the labels of the forms are compared: without enumerators, marks and spaces."""
    return settled(_MARKS.sub("", _ENUMERATOR.sub("", text)).removeprefix("其中"))


def _plain_label(label: str) -> str:
    return _ENUMERATOR.sub("", re.sub(r"[（(].*[)）]$", "", label) if len(label) > 12 else label)


def _rows(indicators: Indicators) -> Sequence[_Row]:
    return _known_rows(_Same(indicators))


class _Same:
    """Stand for one vocabulary, by identity: it is loaded once a process."""

    def __init__(self, indicators: Indicators) -> None:
        self.indicators = indicators

    def __hash__(self) -> int:
        return id(self.indicators)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.indicators is self.indicators


@cache
def _known_rows(same: _Same) -> tuple[_Row, ...]:
    return tuple(_all_rows(same.indicators))


def _all_rows(indicators: Indicators) -> Iterator[_Row]:
    for row in indicators.article20_rows:
        yield _row(row.key, row.path[-1], (*row.variants, *row.terms, row.label_2021 or ""), "article20")
    for row in indicators.application_rows:
        above = tuple(_plain(label) for label in row.path[:-1])
        yield _row(row.key, row.path[-1], (*row.variants, *row.terms), "applications", above=above)
    for entry in indicators.sums:
        yield _row(entry.key, entry.label, entry.terms, "applications", prefix=entry.prefix)
    for group in indicators.review_groups:
        above = ("行政诉讼",) if group.key.startswith("litigation") else ()
        yield _row(group.key, group.path[-1], group.terms, "review_litigation", above=above)
    yield _row("litigation", "行政诉讼", ("行政诉讼", "诉讼"), "litigation")
    for row in indicators.stat_rows:
        if row.key:
            yield _row(row.key, row.path[-1], (), "stat2017")
        above = (_LAST_COUNT.sub("", _plain(_plain_label(row.path[-1]))),)
        for child in row.children:
            yield _row(child.key, child.label, (), "stat2017", above=above)


def _row(
    key: str, label: str, terms: Sequence[str], table: str, *, above: tuple[str, ...] = (), prefix: str = ""
) -> _Row:
    told = re.sub(r"^其中[：:]?", "", label)
    words = dict.fromkeys(
        word for word in (_plain(told), _plain(_plain_label(told)), *map(_plain, terms)) if word
    )
    return _Row(
        label=_plain_label(told), words=tuple(words), above=above, key=key, table=table, prefix=prefix
    )
