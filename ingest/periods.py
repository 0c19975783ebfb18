"""Tell what time a number of a sentence is about: the year reported on, the one before, all time, or what is planned.

A word of time governs what follows it: alone at the head of a sentence (2021年，网站公开280条、微信30条) all of it
up to the next one, elsewhere its own clause and the list behind it (其中), and with 的 the next number only. What
is compared with (比上年增加4件) governs nothing, unless the number compared with follows (比上年的1502条).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.models import Period, Value
from ingest.numerals import NumberPhrase
from ingest.outline import Sentence

_YEAR = r"(?:19|20)\d{2}"
_DAY = r"\s*\d{1,2}\s*月(?:份|\s*\d{1,2}\s*日)?"
_SPAN = re.compile(
    rf"(?:自|从)?\s*(?P<first>{_YEAR})\s*(?P<dated>年(?:{_DAY})?)?\s*起?[，,]?\s*(?:[-—–－~～]+|至|到)\s*"
    rf"(?:(?P<second>{_YEAR})\s*(?P<school>学年度?)?(?:年度?)?(?P<dated2>{_DAY})?|(?P<same>{_DAY}))(?:止|期间)?"
)
_RUNNING = re.compile(
    r"自[^，,。；;：:]{0,24}?(?:以来|至今|起(?=[，,]?\s*(?:共|累计|已|总)))"
    r"|(?:开通|成立|建站|建立|运行|上线|实施|施行|改版|设立|建成|组建|开办|创办|启用|挂牌|投用|开馆|推行|入驻)以来"
    r"|历年|近[两二三四五六七八九十\d]+年(?:来|间)?|[两三四五六七八九十]年(?:来|合计|累计|间)|“?十[二三四]五”?(?:期间|以来)|至今|累计"
)
_COUNTED_AT = re.compile(
    rf"(?:截至|截止到?)\s*(?:(?P<year>{_YEAR})\s*年度?)?(?:{_DAY}|年?[底末]|目前|发稿|现在|今|统计)?"
    rf"|到\s*(?:(?P<year2>{_YEAR})\s*年度?)?(?:{_DAY}|年?[底末]|目前)|目前|现在|现已经?|现有|现存|现共|(?<![上前去\d])年[末底](?!前)|期末|月末"
)
_THIS = re.compile(r"今年|本年度?(?!度)|本学年|本学期|全年|年内|当年|报告期内?|本期|年度内")
_LAST = re.compile(
    r"(?:(?:(?<![以网线])上|前)一(?:年度?|学年|学期|采暖期|汛期|轮|期)|(?<![以网线])上(?:年度?+|学年|学期)(?!未?办?结?结转)|去年"
    r"|(?<![之以提此])前年(?!度)|两年前)(?:年?[末底初]|同期|全年)?|原有|原为|原来(?:的|为|有)?|原先(?:的|为|有)?"
    r"|年初(?=[的为有仅只]|[^，,。；;]{0,12}\d[^，,。；;]*[，,；;][^。]*年[末底])"
)
_NEXT = re.compile(
    r"(?<!转入)(?<!结转)(?<![至到])(?:下一?(?:年度?|学年)(?!度?(?:继续|办理|的))|明年|来年|新的一年|下一步|下步|下一?阶段|今后|未来[一二三四五几两\d]+年|改进(?:举措|措施|方向|计划|思路)(?=[。：:]))"
)
_MEANT = re.compile(
    r"力争|力求|争取(?!到)|预计|打算|有望|拟(?=[于在将把对再新增推建设开组用安选从到扩提派举投采培招编完购压])"
    r"|将(?=进一步|继续|持续|着力|不断|力争|计划|把|新增|再|达到|于|在(?!线|校|岗|册)|通过|开展|组织|举办|加大|加强|推进|推出|建设|建成|重点)"
)
_AMOUNT_MEANT = re.compile(
    r"计划(?=总?投资|增设|新增|新建|安排|招生|招收|招录|招聘|聘请|实施(?!情况)|完成|组织|开展|举办|推出|建设|建成|培训|购置|投入|改造|出台|解决|提高|压缩|扩大|再|到|于|在|将|把|从|用)"
    r"|规划(?:为|新建|总投资)"
    r"|(?:^|(?<=[年，,；;。]))原?计划(?:公开|发布|办理)"
    r"|(?:招聘|招生|采购|投放|培训|年度)计划(?=[为：:约共]?\s*\d[\d,.]*\s*(?:[万亿]|人|元|名|%|户|套|公里|平方米))"
    r"|(?P<aim>(?:目标任务|任务目标)(?=\s*\d)|安排(?=\s*\d[^，,。；;]{0,6}[，,]实际)|(?:目标|年度任务|任务数)(?:数|值)?(?=[为：:是约]?\s*\d[\d,.]*+\s*(?!个?百分点|[项条篇份\s])|[为：:是]\s*\d)|年初安排(?=\s*\d))"
)
_LEAD = re.compile(
    rf"^[\s*#、.．\d（()）一二三四五六七八九十是第自从在到]{{0,6}}(?:(?P<next>下一步|下步|下一?阶段|下一?年度?|明年|来年|新的一年|今后|改进(?:举措|措施|方向|计划|思路))"
    rf"|(?P<year>{_YEAR})\s*年|今年|本年|全年|上年|去年)"
)
_NAMED_YEAR = re.compile(
    rf"(?P<year>{_YEAR})\s*年(?:度|[末底初]|同期|年[底末]|[上下]半年)?(?P<day>{_DAY})?(?:时|全年|同期)?"
)
_SPELLED_YEAR = re.compile(r"二[〇零○][〇零○一二三四五六七八九]{2}(?=\s*年)")
_FIGURES = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TITLE = re.compile(r"《[^《》。]{1,80}》")
_STARTED = re.compile(
    r"^[^，,。；;\d]{0,8}(?:开通|建成|成立|修订|印发|出台|施行|实施|启用|上线|开馆|发布|制定|颁布)的"
)
_LEADS = re.compile(
    r"^[\s*#、.．\d（()）一二三四五六七八九十是第]*"
    r"(?:其中|同时|而|但|此外|另外|对照|在|据统计|从数量看|我[局委县市区镇乡厅办院校])?[，,：:\s]*$"
)
_COMPARED = re.compile(
    r"(?:比|比起|较|与|同|跟|高于|低于|多于|少于|优于|不如|相对于?)\s*(?:我[局委县市区镇乡厅办院校]|(?<=[比较])[^，,。；;、\d]{0,10}的)?$"
)
_PROPORTION = re.compile(r"(?:为|是|占|达|到|相当于|只及|恢复到)\s*$")
_CHANGES = re.compile(
    r"增|减|升|降|长|提高|提升|多|少|高|低|翻|缩|压|扩|涨|下滑|回落|快|慢|净|超|跌|延|取消|前移|前进|后移|进步|退步|相比|持平|一致|相当|[，,。；;]"
)
_RISES = (
    r"(?:大幅度?|明显|显著|微|小幅|逐步|分别|陡|猛|骤|再|又|进一步|力争|已|一次性|全部|统一|直接)*"
    r"(?:增|升|提(?=[高升到至])|扩|降|减|缩|压|调(?=[整高低为到至])|涨|上升|下降|下调|上调|回落|跌|整合|归并|撤并|合并|精简|清理|优化"
    r"|变|改(?=为)|退(?=[到至为])|并(?=[为入])|砍|拓展|发展|延长|翻|跃|攀升|控制|至|到)"
)
_RISES_ON = re.compile(
    rf"^[^，,。；;、：:（(\d]{{0,4}}?{_RISES}|^[，,]\s*{_RISES}[^，,。；;、：:（(\d]{{0,3}}(?:至|到|为)\s*$|^(?:归零|清零)"
)
_RISES_TO = re.compile(rf"^\s*{_RISES}[^，,。；;、：:（(\d]{{0,4}}?(?:至|到|为|成)\s*(?:了)?\s*$")
_FROM = re.compile(r"(?:(?<![自经理])由|从)(?![而来事此中业])[^，,。；;：:、]{0,16}$")
_HELD = re.compile(
    r"粉丝|关注(?:人数|用户|量|者|数)|订阅(?:用户|数|人数|户数)?|注册用户|用户总数|(?:现行|继续)有效|现有|在册|在库|在岗|余额|馆藏|存量|库存"
)
_NEW = re.compile(r"新增|净增|增|涨")
_PLANS = re.compile(
    r"(?:下一?步|下一?年度?|明年|来年|今后|(?P<year>20\d{2})\s*年).*(?:打算|计划|安排|思路|重点|举措|措施|工作)"
    r"|工作(?:打算|思路|计划|安排|设想)"
)
_TOLD = re.compile(
    r"今年|本年|去年|上年|已|目前|截至|截止|了\s*\d|共\s*[收受公发办开接]|(?P<year>20\d{2})\s*年"
)
_GOES_ON = re.compile(
    r"^[\s*]*(?:[一二三四五六七八九十]是|[（(][一二三四五六七八九十\d]+[)）]|\d{1,2}[.、．]|第[一二三四五六]|首先|其次|再次|最后|同时|此外|另外"
    r"|继续|进一步|不断|持续|加强|强化|推进|着力|健全|完善|提升|加大|深化|将)"
)
_INTENDS = re.compile(r"将|拟|要|力争|争取|计划|预计|打算|目标|着力|继续|进一步|重点|一律|改进")
_LOOKS_BACK = re.compile(r"问题|不足|困难|情况|回顾|总结|成效|自评|评估|本年|[与及和]")


class Time(Value):
    """Hold the period of a number; `since` is the printed beginning, `of_year` the year where it is another one."""

    period: Period = "year"
    since: str | None = None
    of_year: int | None = None


class _Mark(Value):
    """Hold a word of time with what it governs: the numbers between its end and `reach`."""

    start: int
    end: int
    reach: int
    time: Time
    is_weak: bool = False
    """Whether it only goes on with the time of an earlier word (2021年，全年公开280条)."""


_THE_YEAR = Time()
_PLANNED = Time(period="plan")


class Clock:
    """Read the times of the numbers of a report, sentence after sentence, since a plan goes on over several."""

    def __init__(self, year: int | None) -> None:
        self._year = year
        self._path: tuple[str, ...] = ()
        self._plans = False
        self._end = 0

    def times(self, run: Sequence[Sentence], found: Sequence[Sequence[NumberPhrase]]) -> list[list[Time]]:
        """Return the time of each number of the sentences up to a full stop, in their order."""
        text = "".join(sentence.text for sentence in run)
        otherwise = self._otherwise(run[0], text)
        self._end = run[-1].char_end
        numbers: list[tuple[int, int]] = []
        offset = 0
        for sentence, phrases in zip(run, found, strict=True):
            numbers += [(offset + phrase.char_start, offset + phrase.char_end) for phrase in phrases]
            offset += len(sentence.text)
        told = iter(_times(text, numbers, _marks(text, numbers, self._year), otherwise) if numbers else ())
        return [[next(told) for _ in phrases] for phrases in found]

    def _otherwise(self, sentence: Sentence, text: str) -> Time:
        """Return the time of numbers that no word governs: planned, where the section or what went before says so."""
        path = sentence.section_path
        heading = _PLANS.search(path[-1]) if path and not _LOOKS_BACK.search(path[-1]) else None
        planned = heading is not None and (
            heading["year"] is None or self._year is None or int(heading["year"]) > self._year
        )
        in_paragraph = sentence.char_start == self._end or bool(_GOES_ON.match(sentence.text))
        goes_on = self._plans and path == self._path and in_paragraph and not self._tells(text)
        lead = _LEAD.match(sentence.text)
        self._path = path
        if lead is None:
            self._plans = goes_on
        else:
            is_later = lead["year"] and self._year is not None and int(lead["year"]) > self._year
            self._plans = bool(lead["next"] or is_later) and bool(_INTENDS.search(text))
        return _PLANNED if planned or goes_on else _THE_YEAR

    def _tells(self, text: str) -> bool:
        """Tell whether a sentence speaks of what was done, so that no plan goes on in it."""
        return any(
            told["year"] is None or self._year is None or int(told["year"]) <= self._year
            for told in _TOLD.finditer(text)
        )


def _times(
    text: str, numbers: Sequence[tuple[int, int]], marks: Sequence[_Mark], otherwise: Time
) -> Iterator[Time]:
    for index, (start, end) in enumerate(numbers):
        governing = [mark for mark in marks if mark.end <= start < mark.reach]
        if governing and governing[-1].is_weak:
            firm = [mark for mark in governing if not mark.is_weak]
            governing = firm if firm or otherwise.period == "plan" else governing
        time = governing[-1].time if governing else otherwise
        if time.period == "since" and time.since is None:
            # 历年累计：开始是累计之前说的
            begun = [mark.time for mark in governing if mark.time.since is not None]
            time = begun[-1] if begun else time
        floor = numbers[index - 1][1] if index else 0
        following = numbers[index + 1][0] if index + 1 < len(numbers) else len(text)
        behind = text[end:following]
        if is_left_behind(text[floor:start], behind):
            # 下一步由5小时缩短到2小时：甲是现在的
            is_now = time.period == "plan" or _MEANT.search(behind) or _THIS.search(text[floor:start])
            time = time if time.period == "last" else _THE_YEAR if is_now else Time(period="from")
        elif time.period == "year" and re.match(r"[”\s]*(?:为|的)(?:目标|计划)", behind):
            time = _PLANNED
        elif time.period == "year" and _is_held(text[floor:start]):
            time = Time(period="as_of")
        yield time


def is_left_behind(before: str, behind: str) -> bool:
    """Tell whether a number is 甲 of 由甲升至乙 or 甲增至乙."""
    if _RISES_TO.match(behind):
        return True
    return bool(_FROM.search(before) and _RISES_ON.match(behind))


def _is_held(before: str) -> bool:
    """Tell whether a clause counts what there is (粉丝, 现行有效) rather than what was done in a year."""
    clause = re.split(r"[，,；;。：:、]", before)[-1]
    return bool(_HELD.search(clause)) and not _NEW.search(clause)


def _marks(text: str, numbers: Sequence[tuple[int, int]], year: int | None) -> list[_Mark]:
    """Return the words of time in their order; where one reads over another the first counts."""
    plain = _SPELLED_YEAR.sub(
        lambda match: match.group().translate(_FIGURES),
        _TITLE.sub(lambda match: "\x00" * len(match.group()), text),
    )
    marks: list[_Mark] = []
    taken = [False] * len(text)
    for match, time in _words(plain, year):
        if any(taken[match.start() : match.end()]):
            continue
        taken[match.start() : match.end()] = [True] * (match.end() - match.start())
        if time is not None and time.since is not None:
            since = text[match.start() : match.end()].strip("，, ")
            time = time.model_copy(update={"since": since})
        mark = _mark(plain, numbers, match, time)
        if mark is not None:
            marks.append(mark)
    marks.sort(key=lambda mark: mark.start)
    return _told_together(plain, numbers, marks)


def _words(text: str, year: int | None) -> Iterator[tuple[re.Match[str], Time | None]]:
    """Yield words of time with the time they name, those first that have others inside; None governs nothing."""
    for match in _SPAN.finditer(text):
        yield match, _span_time(match, year)
    for match in _RUNNING.finditer(text):
        yield match, _running_time(text, match)
    for match in _COUNTED_AT.finditer(text):
        named = int(match["year"] or match["year2"] or 0)
        is_past = year is not None and 0 < named < year
        if year is not None and named > year and match["year2"]:
            yield match, Time(period="plan", of_year=named)
            continue
        yield match, Time(period="last", of_year=named) if is_past else Time(period="as_of")
    for match in _LAST.finditer(text):
        original = match.group().startswith(("原", "年初"))
        back = 2 if "前年" in match.group() else 1
        before = None if year is None or original else year - back
        yield match, Time(period="from") if original else Time(period="last", of_year=before)
    for pattern in (_NEXT, _MEANT, _AMOUNT_MEANT):
        for match in pattern.finditer(text):
            after = year + 1 if year is not None and re.match("下一?年|明年|来年", match.group()) else None
            yield match, Time(period="plan", of_year=after)
    for match in _THIS.finditer(text):
        yield match, _THE_YEAR
    for match in _NAMED_YEAR.finditer(text):
        yield match, _named_time(text, match, year)


def _span_time(match: re.Match[str], year: int | None) -> Time | None:
    first = int(match["first"])
    second = int(match["second"] or match["first"])
    is_dated = match["school"] or match["dated2"] or match["same"]
    if year is None or (is_dated and year in {first, second}):
        return _THE_YEAR
    if second < year:
        return Time(period="last", of_year=second)
    if first > year:
        return _PLANNED
    return Time(period="since", since=match.group()) if second > first else _THE_YEAR


def _running_time(text: str, match: re.Match[str]) -> Time | None:
    said = match.group()
    if re.match(r"自?(?:今年|本年|年初|疫情|入)", said) or re.match(r".*疫情[^，]*以来", said):
        return _THE_YEAR
    if said == "累计":
        clause = re.split(r"[，,；;。：:]", text[: match.start()])[-1]
        if re.search("截至|截止", clause):
            return Time(period="since")
        return (
            None if re.search(r"全年|年内|今年|本年|当年|\d\s*年|年度|月", clause) else Time(period="since")
        )
    return Time(period="since", since=said)


def _named_time(text: str, match: re.Match[str], year: int | None) -> Time | None:
    named = int(match["year"])
    if year is None or named == year:
        return Time(period="as_of") if re.search("[末底]", match.group()) else _THE_YEAR
    if named < year:
        return None if _STARTED.match(text[match.end() :]) else Time(period="last", of_year=named)
    held_over = re.search(r"(?:结转|转入|转至|延至|延到|留待|移至)\s*$", text[: match.start()])
    behind = text[match.end() :]
    in_force = re.match(r"[^，,。；;]{0,8}起(?:施行|实施|执行|生效)", behind) or (
        match["day"] and not re.match(r"底?(?:前|以前|之前)", behind)
    )
    return None if in_force or held_over else Time(period="plan", of_year=named)


def _mark(
    text: str, numbers: Sequence[tuple[int, int]], match: re.Match[str], time: Time | None
) -> _Mark | None:
    """Return a word of time with how far it governs; None where it only serves to compare."""
    start, end = match.span()
    if time is None:
        return None
    piece = max(text.rfind(mark, 0, start) + 1 for mark in "。；;：:！？")
    first = next((number for number in numbers if number[0] >= end), None)
    if first is None:
        return None
    between = text[end : first[0]]
    is_past = time.period in {"last", "from"}
    if is_past and between.startswith("的") and _is_ratio(text, first) and _PROPORTION.search(text[:start]):
        return None
    if is_past and re.match(r"\s*[（(]\s*$", between):
        return _Mark(start=start, end=end, reach=text.find("）", end) + 1 or len(text), time=time)
    if is_past and _COMPARED.search(text[:start]):
        if _CHANGES.search(between):
            return None
        alike = re.search(r"相比|比较|相较", text[first[1] :].split("，")[0])
        reach = first[1] + alike.start() if alike else first[1]
        return _Mark(start=start, end=end, reach=reach, time=time)
    is_lead = bool(_LEADS.match(text[piece:start]))
    is_this = time.period == "year" and not match.group()[0].isdigit()
    if (is_past or is_this) and (text.startswith("的", end) or re.search(r"(?:由|从)\s*$", text[:start])):
        reach = first[1]
    elif is_past and re.search(r"[^\s][：:]\s*\S", between):
        reach = len(text)
    elif "aim" in match.groupdict() and match["aim"]:
        reach = first[1]
    elif time.period == "year":
        reach = len(text)
    elif is_lead and not (is_past and re.match(r"\s*(?:为|是|：|:|仅|只|有|约|\d)", text[end:])):
        reach = len(text) if time.period != "since" or time.since else _end_of_list(text, end)
    elif time.period == "plan" and (_MEANT.fullmatch(match.group()) or _NEXT.fullmatch(match.group())):
        reach = len(text)
    else:
        reach = _end_of_list(text, end)
        # 上年提出的4个问题已改进3个、占计划4亿元的75%：后一个数是今年的
        now = re.search(r"已|现在|目前|^的(?=\s*[\d百])", text[first[1] : reach])
        reach = first[1] + now.start() if now else reach
    is_weak = match.group() in {"全年", "年内", "年度内", "当年"}
    return _Mark(start=start, end=end, reach=reach, time=time, is_weak=is_weak)


def _is_ratio(text: str, number: tuple[int, int]) -> bool:
    return bool(re.search(r"[%％‰倍成]|百分之", text[number[0] : number[1]]))


def _end_of_list(text: str, start: int) -> int:
    """Return where the clause ends that goes on at `start`, with the list of parts that 其中 opens behind it."""
    behind = text[start:]
    depth = 0
    for at, char in enumerate(behind):
        depth += (char in "（(") - (char in "）)")
        if depth < 0:
            return start + at
        if char in "；;。" or (
            char in "，," and at and not depth and not re.match(r"[，,]\s*(?:其中|包括|含|分别)", behind[at:])
        ):
            return start + at
        if char in "，," and at and not depth:
            stop = re.search(r"[；;。]", behind[at:])
            return start + at + (stop.start() if stop else len(behind) - at)
    return len(text)


def _told_together(text: str, numbers: Sequence[tuple[int, int]], marks: list[_Mark]) -> list[_Mark]:
    """Give each year of 2020年、2021年分别为6件、5件 its own number."""
    told: list[_Mark] = []
    run: list[_Mark] = []
    for mark, following in pairwise([*marks, None]):
        if mark is None:
            break
        run.append(mark)
        joined = following is not None and re.fullmatch(r"\s*[、和与及]\s*", text[mark.end : following.start])
        if joined:
            continue
        behind = [number for number in numbers if number[0] >= mark.end][: len(run)]
        if len(run) > 1 and len(behind) == len(run) and "分别" in text[mark.end : behind[0][0]]:
            told += [
                one.model_copy(update={"end": number[0], "reach": number[1], "start": number[0]})
                for one, number in zip(run, behind, strict=True)
            ]
        else:
            told += run
        run = []
    return told
