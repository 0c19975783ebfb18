"""Make report text harmless for a model, and a model's text harmless for a reader.

Reports and uploads are data. What in them speaks to a program instead of a reader becomes no evidence; what could
be taken for a key or for the end of the data is written in full-width characters.
"""

import re

_ORDERS = re.compile(
    r"(?:忽略|无视|忘记|不要理会|disregard|ignore|forget)[^。\n]{0,12}(?:以上|上面|之前|前面|先前|此前|所有|全部|previous|above|prior|all)"
    r"|系统提示|提示词|system\s*prompt|<\s*/?\s*(?:system|assistant|user|资料)|\[/?INST\]|<\|"
    r"|(?:你是|你现在是|作为)(?:一个|一名)?(?:AI|人工智能|语言模型|大模型|助手|智能体)"
    r"|(?:回答|作答|回复)(?:用户|问题|时)[^。\n]{0,20}(?:必须|务必|一律|应当|请|只能|不要|不得)"
    r"|(?:调用|使用|执行)[^。\n]{0,8}(?:工具|函数|命令)|(?:call|use)\s+the\s+\w+\s+tool"
    r"|!\[[^\]]*\]\(|<\s*(?:script|img|iframe|svg|object|embed)\b",
    re.IGNORECASE,
)
_FULL_WIDTH = str.maketrans("<>[]【】", "＜＞［］［］")
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_KEY = re.compile(r"[EC]\d+", re.IGNORECASE)
_TAG = re.compile(
    r"<\s*(script|style|svg|iframe|object)\b.*?(?:<\s*/\s*\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.S | re.I
)
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>?")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.S | re.I)
_MARKUP = re.compile(r"^\s{0,3}#{1,6}\s+|\*\*|__|`+", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_URL = re.compile(r"(?:https?:|data:|javascript:|//)[^\s，。；、）)】」”\"'<>]+", re.IGNORECASE)


def gives_orders(text: str) -> bool:
    """Tell whether a text of a report speaks to the program that reads it."""
    return bool(_ORDERS.search(text))


def as_data(text: str) -> str:
    """Return report text on one line in which nothing can be taken for a key, a tag or the end of the data."""
    return " ".join(_CONTROL.sub("", text).split()).translate(_FULL_WIDTH)


def without_thoughts(text: str) -> str:
    """Return a model's text less what it wrote down for itself."""
    return _THOUGHT.sub("", text)


def as_plain_text(text: str, *, known: str) -> str:
    """Return a model's text without HTML, images, links and emphasis; an address stays only if `known` has it."""
    plain = without_thoughts(text).replace("\r\n", "\n")
    plain = _TAG.sub("", _LINK.sub(_label, _IMAGE.sub("", plain)))
    plain = _MARKUP.sub("", _CONTROL.sub("", _ANY_TAG.sub("", plain)))
    return _URL.sub(lambda match: match[0] if match[0] in known else "", plain).strip()


def _label(match: re.Match[str]) -> str:
    return f"[{match[1]}]" if _KEY.fullmatch(match[1]) else match[1]
