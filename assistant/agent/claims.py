"""Hold each sentence of a model's answer to the evidence that it cites: numbers, whose they are, and of which year.

An amount counts as proven only by evidence cited in its own sentence (or, where it cites none, by the next citation
in its line). A figure's evidence proves that one amount; a sentence's proves the amounts in it; a computed value
proves itself, rounded as stated.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from assistant.agent.ledger import Computed, Found, Ledger
from assistant.language import Language
from assistant.models import Question, Scope
from assistant.planning import bodies_in
from assistant.tools import label_of, squeezed
from ingest.indicators import Language as Units
from ingest.models import Figure, Quantity, Value
from ingest.numerals import in_base_units, number_phrases
from ingest.wording import folded
from vectorstore.models import ReportHead

KEY_GROUP = re.compile(
    r"[\[【［(（]\s*(?:证据|依据|来源|见)?\s*((?:[ECec]\d+)(?:\s*[,，、;；\s/]\s*(?:证据)?[ECec]\d+)*)\s*[\]】］)）]"
)
_ONE_KEY = re.compile(r"[ECec]\d+")
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]?(?:\s*[\[【［]\s*[ECec]\d+[^\]】］]*[\]】］])*")
_CLAUSE = re.compile(r"[，,、；;：:。]|(?<!\d)\.|（|）")
_ENUMERATOR = re.compile(r"^\s*(?:[-*•·]\s*)?(?:\d{1,2}\s*[.、)）．](?!\d)|[(（]\s*\d{1,2}\s*[)）])\s*")
_DATE = re.compile(
    r"(?:(?:19|20)\d{2}\s*[./-]\s*(?P<m1>\d{1,2})\s*[./-]\s*(?P<d1>\d{1,2})(?!\d)"
    r"|(?P<m2>\d{1,2})\s*月(?:份|底|初)?(?:\s*(?P<d2>\d{1,2})\s*日)?)"
)
_YEAR = re.compile(
    r"(?<![\d.])((?:19|20)\d{2})(?!\d|\.\d|,\d{3})(?!\s*(?:[件条项个人次份万亿元%余多家场期篇名宗户起例百千]))"
)
_AMOUNT = re.compile(
    r"(?<![\d.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?:余|多)?\s*(万亿|亿|万|千|百)?\s*(?:余|多)?\s*"
    r"(%|‰|个?百分点|[\u4e00-\u9fff]{0,3})"
)
_SCALES = {
    "": Decimal(1),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10) ** 4,
    "亿": Decimal(10) ** 8,
    "万亿": Decimal(10) ** 12,
}
_PEOPLE = ("人", "名", "位")
_OF_WORDS = re.compile(r"(?:个|大)?(?:方面|层面|部分|环节|维度|角度|特点|步骤?|阶段|点[：:，,])")
_COUNTED = ("件", "条", "项", "人", "个", "次", "份", "%", "元")
_BODIES = re.compile(r"[个份家]?(?:单位|机关|报告|园区|县|地区|年度|年份)")
_ROUGHLY = re.compile(
    r"[近约超过逾不足]*[一二两三四五六七八九\d.]+成(?![立果为员效本长就绩功熟型])"
    r"|[一二两三四五六七八九十几数\d.]+倍|过半|半数|一半|大半|翻了?[一两二三]?番|折半|减半|[一二三四五六七八九]分之[一二三四五六七八九]"
)
_DENIES = re.compile(
    r"不是|并非|而非|不等于|不符|没有|并无|未(?:达|到|收)|有误|不一致|不对|错|而不|与所问|问题中"
)
_SAYS_BLANK = re.compile(r"空白|未填|没有填|无法辨认|看不清|空着")
_UP = re.compile(r"增加|增长|上升|新增|提高|多于|高于|多了|高出")
_DOWN = re.compile(r"减少|下降|降低|减幅|少于|低于|少了|不及|[-−]\s*\d")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_LONGEST_UNCITED = 20
_LEAST_SHARED = 0.25
_CLEARLY_BETTER = 0.34
_MOSTLY = 0.5
_LEAST_CHINESE = 0.5


class Amount(Value):
    """Hold a stated amount in base units; `kind` is empty where no unit tells it."""

    printed: str
    value: Decimal
    plain: Decimal
    kind: str


class Sentence(Value):
    """Hold one sentence of an answer with the keys that it cites, and those of the citations it leans on."""

    text: str
    keys: tuple[str, ...]
    proof: tuple[str, ...]


class Examiner:
    """Find what an answer states without proof."""

    def __init__(
        self,
        ledger: Ledger,
        question: Question,
        scope: Scope,
        heads: Sequence[ReportHead],
        language: Language,
        units: Units,
    ) -> None:
        self._ledger = ledger
        self._scope = scope
        self._question = folded(f"{question.text} {scope.standalone}")
        self._heads = heads
        self._language = language
        self._units = units

    def faults(self, text: str) -> tuple[str, ...]:
        """Return what is wrong with a text that cites by key, in words for the model; empty when all holds."""
        sentences = tuple(split(text))
        known = [key for sentence in sentences for key in sentence.keys if self._is_known(key)]
        if not known:
            return ("回答没有引用任何证据编号。每个说法后面都要写证据编号，如 [E1]。",)
        faults = [*self._language_fault(text)]
        named: frozenset[str] = frozenset()
        for sentence in sentences:
            bare = KEY_GROUP.sub("", sentence.text)
            mentions = bodies_in(bare, self._heads, self._language)
            named = frozenset(name for mention in mentions for name in mention.organizations) or named
            faults += self._sentence_faults(sentence, bare, named, known)
            faults += self._strangers(bare, [one.name for one in mentions if not one.organizations])
        return tuple(dict.fromkeys(faults))

    def _is_known(self, key: str) -> bool:
        return self._ledger.found(key) is not None or self._ledger.computed(key) is not None

    def _sentence_faults(
        self, sentence: Sentence, bare: str, named: frozenset[str], known: Sequence[str]
    ) -> Iterator[str]:
        found = [one for key in sentence.proof if (one := self._ledger.found(key))]
        computed = [one for key in sentence.proof if (one := self._ledger.computed(key))]
        behind = found + [one for c in computed for key in c.inputs if (one := self._ledger.found(key))]
        shown = _short(bare)
        amounts = amounts_in(_ENUMERATOR.sub("", folded(bare)), self._units)
        proofs = [*self._proofs(found), *self._computed_proofs(computed)]
        unproven = [one for one in amounts if not self._is_proven(one, proofs, computed, known)]
        proven = len(amounts) > len(unproven)
        denies = bool(_DENIES.search(bare))
        for one in unproven:
            if proven and denies and _contains(one, amounts_in(self._question, self._units)):
                continue
            cited = "、".join(sentence.proof) or "（没有引用）"
            yield f"“{shown}”里的 {one.printed} 在所引证据 {cited} 里找不到。"
        yield from self._roughly(bare, found, shown)
        yield from _blanks(bare, found, shown)
        yield from _directions(bare, found, computed, shown)
        yield from self._dates(bare, behind, shown)
        yield from self._attribution(bare, behind, named, bool(amounts), shown)
        yield from self._support(bare, sentence, behind, shown)
        if proven:
            yield from self._better(bare, found, shown)
            yield from self._mixed_up(bare, found, shown)

    # ---------------------------------------------------------------- numbers

    def _proofs(self, found: Sequence[Found]) -> list[Amount]:
        """Return the amounts that evidence proves, and the numbers that are part of its names."""
        proofs: list[Amount] = []
        for one in found:
            figure = one.evidence.figure
            if figure is None:
                proofs += amounts_in(folded(one.evidence.quote), self._units)
            elif figure.quantity is not None:
                proofs.append(_of_quantity(figure.quantity))
            anchor = one.evidence.anchor
            names = (one.organization, one.title, *anchor.section_path, *anchor.row, anchor.column or "")
            labels = (*names, label_of(figure)) if figure is not None else names
            proofs += amounts_in(folded(" ".join(labels)), self._units)
        return proofs

    def _computed_proofs(self, computed: Sequence[Computed]) -> list[Amount]:
        proofs: list[Amount] = []
        for one in computed:
            proofs.append(_amount(one.derivation.value, "", one.derivation.unit, one.derivation.expression))
            proofs += amounts_in(folded(one.derivation.expression), self._units)
            proofs += self._proofs([f for key in one.inputs if (f := self._ledger.found(key))])
        return proofs

    def _is_proven(
        self,
        stated: Amount,
        proofs: Sequence[Amount],
        computed: Sequence[Computed],
        known: Sequence[str],
    ) -> bool:
        if _contains(stated, proofs) or (stated.plain == 12345 and not stated.kind.startswith(_COUNTED)):
            return True
        if any(_is_rounding(stated, one) for one in computed):
            return True
        return self._counts_bodies(stated, known)

    def _counts_bodies(self, stated: Amount, known: Sequence[str]) -> bool:
        """Tell whether an amount counts the bodies, reports or years that the answer itself cites."""
        if not _BODIES.match(stated.kind) and not _BODIES.search(stated.printed):
            return False
        found = [one for key in known if (one := self._ledger.found(key))]
        counts = {
            len({one.organization for one in found}),
            len({one.report_id for one in found}),
            len({one.year for one in found}),
        }
        return stated.value in counts

    def _roughly(self, bare: str, found: Sequence[Found], shown: str) -> Iterator[str]:
        quotes = "".join(squeezed(one.evidence.quote) for one in found)
        for match in _ROUGHLY.finditer(squeezed(bare)):
            if match[0] not in quotes:
                yield f"“{shown}”里的“{match[0]}”在所引证据里找不到；请用证据里的数，或用 calculate 算出。"

    def _dates(self, bare: str, behind: Sequence[Found], shown: str) -> Iterator[str]:
        quotes = " ".join(folded(one.evidence.quote) for one in behind)
        known = [_day(match) for match in _DATE.finditer(f"{quotes} {self._question}")]
        for match in _DATE.finditer(folded(bare)):
            month, day = _day(match)
            if not any(month == m and day in {None, d} for m, d in known):
                yield f"“{shown}”里的日期 {match[0].strip()} 在所引证据里找不到。"

    # ---------------------------------------------------------------- whose number

    def _strangers(self, bare: str, unknown: Sequence[str]) -> Iterator[str]:
        """Name a body of which the library holds nothing, unless evidence or the question speak of it."""
        told = squeezed(" ".join(one.evidence.quote for one in self._ledger.everything())) + self._question
        for name in unknown:
            if name not in told and amounts_in(folded(bare), self._units):
                yield f"“{_short(bare)}”说的是{name}，没有这个单位的证据。"

    def _attribution(
        self,
        bare: str,
        behind: Sequence[Found],
        named: frozenset[str],
        has_amounts: bool,
        shown: str,
    ) -> Iterator[str]:
        for one in behind:
            if named and one.organization not in named:
                yield f"“{shown}”引用的 {one.evidence.key} 出自{one.organization}，不能证明别的单位的情况。"
        years = {int(year) for year in _YEAR.findall(folded(bare))}
        asked = {int(year) for year in _YEAR.findall(self._question)} | set(self._scope.years)
        told = {int(y) for one in behind for y in re.findall(r"(?:19|20)\d{2}", folded(one.evidence.quote))}
        reports = {one.year for one in behind if one.year is not None}
        for year in sorted(years - asked - told - reports):
            yield f"“{shown}”里的 {year} 年在所引证据里找不到。"
        if not has_amounts:
            return
        if years and behind and not years & (reports | told):
            years_told = "、".join(map(str, sorted(reports)))
            yield f"“{shown}”说的年份与所引证据（{years_told} 年）不符。"
        strangers = reports - years - set(self._scope.years)
        if self._scope.years and strangers and not years:
            yield f"“{shown}”引用了 {min(strangers)} 年的报告，却没有写明年份。"

    # ---------------------------------------------------------------- what is said

    def _support(self, bare: str, sentence: Sentence, behind: Sequence[Found], shown: str) -> Iterator[str]:
        chinese = len(_CHINESE.findall(bare))
        if not sentence.proof:
            if chinese > _LONGEST_UNCITED and not bare.rstrip().endswith(("：", ":")):
                yield f"“{shown}”没有引用证据。"
            return
        if not behind or chinese < _LONGEST_UNCITED:
            return
        said = _pairs(bare) - _pairs(self._question)
        told = _pairs(
            " ".join(
                " ".join((one.evidence.quote, one.title, *one.evidence.anchor.section_path, _labels(one)))
                for one in behind
            )
        )
        if len(said) >= 8 and len(said & told) / len(said) < _LEAST_SHARED:
            yield f"“{shown}”与所引证据的内容不符。"

    def _better(self, bare: str, found: Sequence[Found], shown: str) -> Iterator[str]:
        """Name a citation that proves the amount by chance, where another cell of the same amount is meant."""
        said = _pairs(bare)
        for one in found:
            figure = one.evidence.figure
            if figure is None or figure.quantity is None:
                continue
            own = _fit(one, said)
            for other in self._ledger.everything():
                rival = other.evidence.figure
                if rival is None or rival.quantity is None or other.organization != one.organization:
                    continue
                same = rival.quantity.value == figure.quantity.value and other.year == one.year
                if same and rival.id != figure.id and _fit(other, said) - own >= _CLEARLY_BETTER:
                    yield (
                        f"“{shown}”引用的 {one.evidence.key} 是“{_labels(one)}”，"
                        f"所说的应是 {other.evidence.key}“{_labels(other)}”。"
                    )
                    break

    def _mixed_up(self, bare: str, found: Sequence[Found], shown: str) -> Iterator[str]:
        """Name an amount that stands beside the words of another one of the same sentence, row or column."""
        for clause in _CLAUSE.split(bare):
            stated = amounts_in(_ENUMERATOR.sub("", folded(clause)), self._units)
            said = _pairs(clause)
            for one in found:
                for own in self._figures_at(one):
                    if own.quantity is None or not _contains(_of_quantity(own.quantity), stated):
                        continue
                    other = next((o for o in self._rivals(one, own) if _names_instead(said, own, o)), None)
                    if other is not None and other.quantity is not None:
                        yield (
                            f"“{shown}”里的 {own.quantity.printed} 是“{_name_of(own)}”的数，"
                            f"“{_name_of(other)}”是 {other.quantity.printed}。"
                        )

    def _figures_at(self, found: Found) -> tuple[Figure, ...]:
        """Return the figure of a piece of evidence, or all that stand in its sentence."""
        if found.evidence.figure is not None:
            return (found.evidence.figure,)
        anchor = found.evidence.anchor
        return tuple(
            figure
            for figure in self._ledger.view(found.report_id).figures
            if anchor.char_start <= figure.anchor.char_start < anchor.char_end
        )

    def _rivals(self, found: Found, own: Figure) -> Iterator[Figure]:
        """Yield the figures that could be mistaken for one: those of its sentence, or of its row and column."""
        for other in self._ledger.view(found.report_id).figures:
            if other.quantity is None or own.quantity is None or other.quantity.value == own.quantity.value:
                continue
            if own.origin == "sentence":
                beside = other.origin == "sentence" and other.context_start == own.context_start
            else:
                beside = other.anchor.table == own.anchor.table and (
                    other.anchor.row == own.anchor.row or other.anchor.column == own.anchor.column
                )
            if beside:
                yield other

    def _language_fault(self, text: str) -> Iterator[str]:
        bare = KEY_GROUP.sub("", text)
        chinese, latin = len(_CHINESE.findall(bare)), len(_LATIN.findall(bare))
        if _CHINESE.search(self._question) and chinese < _LEAST_CHINESE * (chinese + latin / 3):
            yield "回答没有用中文。请用中文作答。"


def _blanks(bare: str, found: Sequence[Found], shown: str) -> Iterator[str]:
    for one in found:
        figure = one.evidence.figure
        if figure is not None and figure.quantity is None and not _SAYS_BLANK.search(bare):
            yield f"“{shown}”引用的 {one.evidence.key} 是空白或无法辨认的单元格，要照实说明；空白不等于 0。"


def _directions(bare: str, found: Sequence[Found], computed: Sequence[Computed], shown: str) -> Iterator[str]:
    """Name an increase that is told as a decrease, and the reverse."""
    changes = [
        (one.evidence.key, figure.quantity.value)
        for one in found
        if (figure := one.evidence.figure) and figure.quantity
        if figure.quantity.value < 0 or "增/减" in (figure.anchor.column or "")
    ]
    changes += [(one.key, one.derivation.value) for one in computed if one.derivation.value < 0]
    for key, value in changes:
        up, down = bool(_UP.search(bare)), bool(_DOWN.search(bare))
        if (value < 0 and up and not down) or (value > 0 and down and not up):
            yield f"“{shown}”的增减方向与 {key} 相反。"


def keys_of(text: str) -> tuple[str, ...]:
    """Return the keys that a text cites, in order."""
    return tuple(key.upper() for group in KEY_GROUP.findall(text) for key in _ONE_KEY.findall(group))


def split(text: str) -> Iterator[Sentence]:
    """Yield the sentences of an answer; one without a citation leans on the next citation in its line."""
    for line in text.split("\n"):
        pieces = [piece for piece in _SENTENCE.findall(line) if piece.strip()]
        keys = [tuple(dict.fromkeys(keys_of(piece))) for piece in pieces]
        for index, piece in enumerate(pieces):
            proof = next((later for later in keys[index:] if later), ())
            yield Sentence(text=piece, keys=keys[index], proof=proof)


def amounts_in(text: str, units: Units) -> list[Amount]:
    """Return the amounts of folded text, written in digits or in Chinese numerals; dates and years are none."""
    masked = _YEAR.sub(_blank, _DATE.sub(_blank, text))
    amounts = [
        _amount(Decimal(match[1].replace(",", "")), match[2] or "", match[3], match[0].strip())
        for match in _AMOUNT.finditer(masked)
        if not _OF_WORDS.match(match[3])
    ]
    for phrase in number_phrases(text, units):
        printed = phrase.quantity.printed
        following = text[phrase.char_start : phrase.char_end + 4]
        if not re.search(r"\d", printed) and not _OF_WORDS.search(following):
            stated = _of_quantity(phrase.quantity)
            amounts.append(stated.model_copy(update={"printed": following}))
    return amounts


def _day(match: re.Match[str]) -> tuple[int, int | None]:
    day = match["d1"] or match["d2"]
    return int(match["m1"] or match["m2"]), int(day) if day else None


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _amount(value: Decimal, scale: str, unit: str, printed: str) -> Amount:
    kind = unit.strip()
    if kind.startswith(("%", "‰", "个百分点", "百分点")):
        kind = "%"
    elif kind.startswith(("元", "美元")):
        kind = "元"
    return Amount(printed=printed, value=value * _SCALES[scale], plain=value, kind=kind)


def _of_quantity(quantity: Quantity) -> Amount:
    try:
        value, unit = in_base_units(quantity)
    except InvalidOperation:
        value, unit = quantity.value, quantity.unit
    stated = _amount(value, "", unit, quantity.printed)
    return stated.model_copy(update={"plain": quantity.value})


def _contains(stated: Amount, proofs: Sequence[Amount]) -> bool:
    return any(_equal(stated, proof) for proof in proofs)


def _equal(stated: Amount, proof: Amount) -> bool:
    if abs(stated.value) != abs(proof.value):
        bare = not stated.kind or not proof.kind
        return bare and abs(stated.plain) == abs(proof.plain) and stated.value == stated.plain
    return _alike(stated.kind, proof.kind)


def _alike(stated: str, proof: str) -> bool:
    """Tell whether two units may be one: a share is no count, money is no count, persons are no items."""
    for kind in ("%", "元"):
        if (stated == kind) != (proof == kind):
            return not stated or not proof
    if stated.startswith(_PEOPLE) != proof.startswith(_PEOPLE):
        return not stated or not proof
    return True


def _is_rounding(stated: Amount, computed: Computed) -> bool:
    """Tell whether a stated amount is a computed value, rounded to the places that are stated."""
    digits = re.search(r"\d+(?:\.(\d+))?", stated.printed)
    value = abs(computed.derivation.value)
    places = len(digits[1] or "") if digits else 0
    unit = _amount(Decimal(0), "", computed.derivation.unit, "").kind
    exact = abs(stated.plain) == round(value, places) and (places > 0 or value == round(value, 0))
    return exact and _alike(stated.kind, unit)


def _labels(found: Found) -> str:
    figure = found.evidence.figure
    if figure is None:
        return ""
    if figure.origin == "sentence":
        return figure.phrase or label_of(figure)
    row = figure.anchor.row[-1] if figure.anchor.row else ""
    return f"{row} {figure.anchor.column or ''}".strip()


def _name_of(figure: Figure) -> str:
    if figure.origin == "sentence":
        return figure.phrase
    return f"{figure.anchor.row[-1] if figure.anchor.row else ''} {figure.anchor.column or ''}".strip()


def _names_instead(said: frozenset[str], own: Figure, other: Figure) -> bool:
    """Tell whether words name another figure and not this one, by what tells the two apart."""
    mine, theirs = _pairs(_name_of(own)), _pairs(_name_of(other))
    only_mine, only_theirs = mine - theirs, theirs - mine
    if not only_mine or not only_theirs or said & only_mine:
        return False
    return len(said & only_theirs) >= _MOSTLY * len(only_theirs)


def _fit(found: Found, said: frozenset[str]) -> float:
    label = _pairs(_labels(found))
    return len(label & said) / len(label) if label else 0.0


def _pairs(text: str) -> frozenset[str]:
    plain = "".join(_CHINESE.findall(folded(text)))
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"
