"""`python -m methodology`: write docs/methodology.md anew."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from methodology.errors import MethodologyError
from methodology.page import PAGE, make
from methodology.plan import read_plan
from methodology.warehouse import make_warehouse

plan = read_plan()
try:
    with tempfile.TemporaryDirectory() as home:
        PAGE.write_text(make(plan, make_warehouse(plan, Path(home))), encoding="utf-8")
except MethodologyError as error:
    sys.exit(str(error))
print(PAGE)
