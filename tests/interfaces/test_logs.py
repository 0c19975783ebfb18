"""No line of the log can be forged, and no key stands in it."""

import io
import json
import logging

import pytest

from assistant.interfaces.logs import JsonLines, PlainLines

KEY = "gk_0a1b2c3d_" + "x" * 43


@pytest.mark.parametrize("form", [JsonLines(), PlainLines()])
def test_a_line_break_in_a_message_begins_no_line_and_a_key_is_hidden(form: logging.Formatter) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(form)
    logger = logging.Logger("test")
    logger.addHandler(handler)

    logger.warning("asked %s\n2026-01-01 ERROR forged\x1b[31m with %s", "x", KEY)

    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()
    assert KEY not in out.getvalue()


def test_a_request_is_one_object_with_its_fields() -> None:
    record = logging.makeLogRecord({"msg": "request", "name": "a", "levelname": "INFO", "status": 200})

    assert json.loads(JsonLines().format(record))["status"] == 200
