"""Print the OpenAPI document: `python -m assistant.interfaces.api > docs/openapi.json`."""

import json
import sys

from assistant.interfaces.api import document

sys.stdout.write(json.dumps(document(), ensure_ascii=False, indent=2) + "\n")
