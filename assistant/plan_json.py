"""Read a plan from JSON, and tell in Chinese what is wrong with one and where."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast, get_args

from pydantic import ValidationError, WithJsonSchema, WrapValidator
from pydantic_core import from_json

from assistant.errors import PlanInvalid
from assistant.plans import Everything, Measure, Named, Operation, Plan
from ingest.models import Value

LONGEST_PLAN = 20_000
"""Characters of a plan as JSON."""
_MOST_FAULTS = 5
_LONGEST_VALUE = 40
_OPERATIONS = cast(tuple[type[Value], ...], get_args(get_args(Operation)[0]))
_KNOWN = {
    "op": tuple(cast(str, one.model_fields["op"].default) for one in _OPERATIONS),
    "kind": ("condition", "extreme"),
    "among": ("named", "everything"),
}
_SHOULD_BE = {
    "string": "文字",
    "int": "整数",
    "float": "数",
    "decimal": "数",
    "bool": "true 或 false",
    "tuple": "列表 […]",
    "list": "列表 […]",
    "model": "对象 {…}",
    "dict": "对象 {…}",
}


def read_plan(text: str | bytes, *, source: str) -> Plan:
    """Return the plan that a text holds; raise PlanInvalid, naming the source and every place that is wrong."""
    try:
        return checked(Plan.model_validate_json(text))
    except ValidationError as error:
        told = "；".join(faults(error.errors(include_url=False), _raw(text)))
        raise PlanInvalid(f"{source}：计划不可用。{told}。") from error


def checked(plan: Plan) -> Plan:
    """Return a plan that is no longer than one may be, else raise PlanInvalid."""
    length = len(plan.model_dump_json())
    if length > LONGEST_PLAN:
        raise PlanInvalid(f"计划写成 JSON 有 {length} 个字符，超过上限 {LONGEST_PLAN} 个。请分成几个计划。")
    return plan


def faults(errors: Sequence[Mapping[str, Any]], given: object) -> tuple[str, ...]:
    """Return what is wrong with a plan as it was given, a line for each place, by the errors of pydantic.

    `operations.0.op：没有「median」。可用：lookup、sum、…`
    """
    told: list[str] = []
    for error in errors:
        location = cast(tuple[str | int, ...], tuple(error["loc"]))
        path, value, is_meant = _place(location, given, is_missing=error["type"] == "missing")
        if is_meant and not (error["type"] == "too_short" and value):
            told.append(_fault(error, path, value))
    rest = len(told) - _MOST_FAULTS
    return (*told[:_MOST_FAULTS], *((f"另有 {rest} 处",) if rest > 0 else ()))


def shown(plan: Plan) -> dict[str, object]:
    """Return a plan as JSON has it, without what is left empty."""
    return cast(dict[str, object], _less_empty(plan.model_dump(mode="json")))


def _less_empty(value: object) -> object:
    if isinstance(value, dict):
        fields = cast(dict[str, object], value)
        return {name: _less_empty(one) for name, one in fields.items() if one not in (None, [], "")}
    return [_less_empty(one) for one in cast(list[object], value)] if isinstance(value, list) else value


def _raw(text: str | bytes) -> object:
    try:
        return from_json(text)
    except ValueError:
        return None


def _place(
    location: Sequence[str | int], given: object, *, is_missing: bool
) -> tuple[list[str], object, bool]:
    """Return the path to what is wrong, what stands there, and whether the writer meant this branch of a union.

    pydantic tries an operand as a measure and as an operation, and puts the name of what it tried into the path.
    """
    path: list[str] = []
    here: object = given
    is_meant = True
    for at, step in enumerate(location):
        fields = _parts(here)
        if step in fields:
            here = fields[step]
        elif step == Measure.__name__:
            is_meant = is_meant and "op" not in fields
            continue
        elif str(step).startswith("tagged-union"):
            is_meant = is_meant and "op" in fields
            continue
        elif not (is_missing and at == len(location) - 1):
            continue
        path.append(str(step))
    return path, here, is_meant


def _parts(value: object) -> dict[str | int, object]:
    """Return what an object or a list holds, by name or place."""
    if isinstance(value, dict):
        return cast(dict[str | int, object], value)
    return dict(enumerate(cast(list[object], value))) if isinstance(value, list) else {}


def _fault(error: Mapping[str, Any], path: Sequence[str], value: object) -> str:
    kind, context = cast(str, error["type"]), cast(dict[str, Any], error.get("ctx", {}))
    where = ".".join(path) or "开头"
    match kind:
        case "json_invalid":
            return f"不是 JSON（{context.get('error', error['msg'])}）"
        case "missing":
            return f"{where}：缺少这一项"
        case "extra_forbidden":
            return f"{where}：没有这个字段"
        case "union_tag_invalid":
            field = cast(str, context["discriminator"]).strip("'")
            known = cast(str, context["expected_tags"]).replace("'", "").split(", ")
            return f"{'.'.join((*path, field))}：没有「{_clipped(context['tag'])}」。可用：{'、'.join(known)}"
        case "union_tag_not_found":
            field = cast(str, context["discriminator"]).strip("'")
            return f"{'.'.join((*path, field))}：缺少这一项。可用：{'、'.join(_KNOWN[field])}"
        case "literal_error":
            known = cast(str, context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
            return f"{where}：没有「{_clipped(value)}」。可用：{'、'.join(known)}"
        case "too_short":
            return f"{where}：至少要有 {context['min_length']} 项"
        case "too_long":
            return f"{where}：至多只能有 {context['max_length']} 项"
        case "greater_than_equal":
            return f"{where}：「{_clipped(value)}」太小，不能小于 {context['ge']:g}"
        case "less_than_equal":
            return f"{where}：「{_clipped(value)}」太大，不能大于 {context['le']:g}"
        case _:
            wanted = _SHOULD_BE.get(kind.split("_")[0])
            return f"{where}：应为{wanted}" if wanted else f"{where}：{error['msg']}"


def _clipped(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _fields(model: type[Value], tag: str) -> str:
    return ", ".join(
        name if field.is_required() else f"{name}?"
        for name, field in model.model_fields.items()
        if name != tag
    )


def _grammar() -> str:
    """Return how a plan is written, in few words; what a schema would need thousands for."""
    operations = "；".join(
        f"{tag}({_fields(one, 'op')})" for tag, one in zip(_KNOWN["op"], _OPERATIONS, strict=True)
    )
    return (
        '例：{"standalone": "贺兰县2020年新收申请", "among": {"among": "named", "targets": [{"organization": "贺兰县", '
        '"year": 2020}]}, "operations": [{"op": "lookup", "measures": [{"phrase": "新收申请"}]}]}。'
        f"among 也可写 everything({_fields(Everything, 'among')})，即全库；named({_fields(Named, 'among')})。"
        f"op：{operations}。measures、of、part、whole、less、per 里是 measure({_fields(Measure, 'kind')})，"
        "或又一个运算。over：bodies、years、measures。带 ? 的可以不写。"
    )


def _told(given: object, handler: Any) -> Plan:
    try:
        return checked(handler(given))
    except ValidationError as error:
        raise ValueError("；".join(faults(error.errors(include_url=False), given))) from error
    except PlanInvalid as error:
        raise ValueError(str(error)) from error


WrittenPlan = Annotated[
    Plan, WrapValidator(_told), WithJsonSchema({"type": "object", "description": _grammar()})
]
"""A plan that a language model writes: a short description in place of the schema, and faults told in Chinese."""
