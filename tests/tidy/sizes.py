"""How large files and functions are, against a committed ratchet that only goes down: `python -m tests.tidy.sizes [--write]`."""

import ast
import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.tidy.tree import ROOT, files, read

RATCHET = ROOT / "tests" / "tidy" / "sizes.json"
_LARGE_FILE = 300
_LARGE_FUNCTION = 40


def measure() -> dict[str, float]:
    """Medians, 90th percentiles, and how many files and functions are larger than a reader likes. Tests are left out."""
    modules: list[int] = []
    functions: list[int] = []
    for path in files(".py"):
        if path.parts[0] in {"tests", "benchmarks"} or "migrations" in path.parts:
            continue
        text = read(path)
        lines = text.count("\n")
        if lines < 3:
            continue
        modules.append(lines)
        functions += [
            node.end_lineno - node.lineno + 1
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
        ]
    return {
        "module_median": statistics.median(modules),
        "module_p90": statistics.quantiles(modules, n=10)[-1],
        "modules_over_300": sum(lines > _LARGE_FILE for lines in modules),
        "function_median": statistics.median(functions),
        "function_p90": statistics.quantiles(functions, n=10)[-1],
        "functions_over_40": sum(lines > _LARGE_FUNCTION for lines in functions),
    }


def main() -> int:
    """Print today beside the ratchet; 1 when a figure went up. `--write` lowers the ratchet to today."""
    today = measure()
    if "--write" in sys.argv:
        RATCHET.write_text(json.dumps(today, indent=2) + "\n", encoding="utf-8")
    allowed = json.loads(RATCHET.read_text(encoding="utf-8"))
    grown = [name for name, value in today.items() if value > allowed[name]]
    for name, value in today.items():
        sys.stdout.write(f"{name:<20} {value:>8.1f}  at most {allowed[name]:>8.1f}{'  GREW' if name in grown else ''}\n")
    return 1 if grown else 0


if __name__ == "__main__":
    raise SystemExit(main())
