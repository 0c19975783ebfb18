"""Recognise text in a report that speaks to the program that reads it; such text proves nothing."""

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


def gives_orders(text: str) -> bool:
    """Tell whether a text of a report speaks to the program that reads it."""
    return bool(_ORDERS.search(text))
