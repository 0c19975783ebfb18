"""Tell when a sentence speaks of another body than the one that reports: 下属单位, 县教育局, 全县 in an office's report.

Only a body that opens its clause and is followed by what it did counts as the subject of the clause's numbers.
"""

import re

from ingest.models import Organization
from ingest.wording import folded

_LEAD = re.compile(
    r"^(?:[\s、:：,，*]|其中|同时|此外|另外|全年|截至[^，,]{0,12}[，,]?|(?:19|20)\d{2}\s*年度?|本年度?|今年|年内|目前|[一二三四五六七八九]是)+"
)
_DID = (
    r"(?=共|累计|合计|全年|主动|依法|收到|受理|办理|办结|办复|答复|回复|公开|发布|制发|制定|出台|作出|做出|召开|举办|开展|组织"
    r"|推送|编制|编发|解读|新收|接到|接收|承办|各级|各行政|本级|本年|今年|年内|通过|现?有|[\s\d（(])"
)
_OWN = re.compile(r"(?:我|本)(?:机关|单位|部门|级|系统|[省市县区州旗镇乡局委办厅院校园])")
_WHOLE = re.compile(r"全(省|市|县|区|州|旗|镇|乡|街道|局|委|系统|园)")
_UNDER = re.compile(
    r"(?P<name>(?:下属|所属|下级)[^，,。；;、:：\d]{0,12}?(?:单位|部门|局|镇|乡|街道|学校|医院|机构)"
    r"|各(?:乡镇|镇|乡|街道|县区|县|区|市|村|社区)(?:[（(][^）)]{0,8}[）)])?)"
)
_NAMED = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{0,9}?[\u4e00-\u9fff](?:政府办公室|政府办|委办公室|委办|省|市|县|区|州|旗|镇|乡|街道|局|委员会|[教健改农科信建监纪]委|厅|办公室)"
    r"(?:人民政府|政府|办事处|管委会|管理委员会)?)" + _DID
)
_NO_BODY = re.compile(
    r"^(?:针对|面向|覆盖|涉及|围绕|收录|推行|推动|指导|督促|检查|走访|配合|协调|服务|支持|新增|建成|完成|其他|通过|利用|依托|在|向|对|由|为|将|把|按|经|与|和|以|从|及时|积极|充分|各|该|全|我|本|每|新|重点|推进|加强)"
    r"|(?:社区|地区|城市|超市|上市|城镇|乡镇|布局|格局|结局|大局|山区|辖区|景区|灾区|小区|片区|城区|县区|市区|校区|专区|分区)$"
    r"|公开|发布|收到|受理|办理|组织|信息|工作|网站|网络|公示|[全各]"
)
_GOVERNMENT = re.compile(r"(?P<name>([省市县区州旗镇乡])(?:人民)?政府)" + _DID)
_PARK = frozenset(["园区", "工业园区", "开发区", "高新区", "经开区"])
_OFFICES = re.compile(r"(?:人民政府|政府|办事处|管委会|管理委员会)$")


def subject_of(clause: str, issuer: Organization | None) -> tuple[bool, str | None]:
    """Tell whether a clause names who acts, and return the body when it is not the one that reports.

    The clause goes on to the number, inclusive, where it is the number's own.

    >>> subject_of("其中，县教育局公开", None)
    (True, '县教育局')
    """
    text = _LEAD.sub("", folded(clause))
    if _OWN.match(text):
        return True, None
    if whole := _WHOLE.match(text):
        return True, None if issuer is None or _is_all_of(whole[1], issuer) else whole[0]
    if under := _UNDER.match(text):
        return True, under["name"]
    if government := _GOVERNMENT.match(text):
        is_own = issuer is None or (
            issuer.kind in {"government", "township"} and _is_all_of(government[2], issuer)
        )
        return True, None if is_own else government["name"]
    named = _NAMED.match(text)
    if named is None or _NO_BODY.search(named["name"]):
        return False, None
    if issuer is not None and _is_issuer(named["name"], issuer):
        return True, None
    return True, named["name"]


def _is_all_of(level: str, issuer: Organization) -> bool:
    names = [_OFFICES.sub("", name) for name in (issuer.name, *issuer.aliases)]
    return any(name.endswith((level, f"{level}区") if level == "园" else level) for name in names)


def _is_issuer(name: str, issuer: Organization) -> bool:
    """Tell whether a name, full or shortened (区教委), is the issuer's; a region is not the office inside it."""
    core = _OFFICES.sub("", name)
    if issuer.kind == "government":
        return _is_short_for(core, _OFFICES.sub("", issuer.name))
    if issuer.kind == "park" and core in _PARK:
        return True
    inside_region = core != name or core in {*issuer.region, *(part[-1] for part in issuer.region)}
    elsewhere = bool(issuer.region) and core[0] in "省市县区州旗" and core[0] != issuer.region[-1][-1]
    if inside_region or elsewhere or (core[-1] in "省市县州旗" and not issuer.name.endswith(core[-1])):
        return False
    return any(_is_short_for(core, known) for known in (issuer.name, *issuer.aliases))


def _is_short_for(name: str, full: str) -> bool:
    """Tell whether all characters of a name stand in the full one, in their order, up to its last."""
    rest = iter(full)
    return bool(name) and all(char in rest for char in name)
