"""Who may import whom. The table is the documentation of the architecture: arrows point one way."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Package → the packages of this repository that it may import.
MAY_IMPORT: dict[str, set[str]] = {
    "libs/events": set(),
    "libs/runtime": set(),
    "libs/rollups": {"events", "runtime"},
    "libs/reports": {"events", "rollups", "runtime"},
    "libs/streams": {"events", "runtime"},
    "libs/privacy": set(),
    "libs/calendars": {"events", "runtime"},
    "libs/alerts": {"events", "calendars", "runtime"},
    "services/ingest": {"events", "streams", "privacy", "runtime"},
    "services/metrics": {
        "events",
        "streams",
        "rollups",
        "reports",
        "privacy",
        "calendars",
        "alerts",
        "runtime",
    },
    "services/feedback": {
        "events",
        "streams",
        "rollups",
        "reports",
        "privacy",
        "calendars",
        "alerts",
        "runtime",
    },
    "deploy/local": {"events", "streams", "runtime"},
}

# Within a service: the pure core knows no store, no broker, no web.
PURE: dict[str, set[str]] = {
    "services/metrics/sla": {"metrics.sla"},
    "services/metrics/ticket": {"metrics.ticket", "metrics.sla"},
    "services/metrics/seen.py": {"metrics.ticket", "metrics.sla"},
    "services/metrics/contributions.py": {"metrics.ticket", "metrics.sla", "metrics.seen"},
    "services/metrics/transitions.py": {"metrics.sla", "metrics.seen"},
    "services/metrics/records.py": {"metrics.ticket", "metrics.transitions"},
    "services/metrics/stages.py": {"metrics.sla", "metrics.seen"},
    "services/metrics/batch.py": {
        "metrics.stages",
        "metrics.ticket",
        "metrics.sla",
        "metrics.seen",
        "metrics.contributions",
        "metrics.records",
        "metrics.transitions",
    },
    "services/metrics/simulation.py": {"metrics.ticket", "metrics.sla", "metrics.seen"},
    "services/metrics/reports": {"metrics.reports", "metrics.contributions", "metrics.sla"},
    # What helpdesks say is understood without asking anybody: deliveries and their APIs' answers alike.
    "services/ingest/sources": {"ingest.sources", "ingest.schemes", "ingest.canonical"},
    "services/ingest/reconcile/limits.py": set(),
    "services/feedback/scores": {"feedback.scores"},
    "services/feedback/sentiment": {"feedback.sentiment"},
    "services/feedback/cases": {"feedback.cases", "feedback.config", "feedback.scores", "feedback.sentiment"},
    "services/feedback/customers.py": {"feedback.cases", "feedback.sentiment"},
    "services/feedback/follow_ups/rules.py": {
        "feedback.follow_ups",
        "feedback.cases",
        "feedback.config",
        "feedback.moods",
        "feedback.sentiment",
    },
    "services/feedback/follow_ups/low.py": {"feedback.scores"},
    "services/feedback/follow_ups/alerts.py": {"feedback.follow_ups", "feedback.cases"},
    "services/feedback/moods/baseline.py": {"feedback.cases"},
    "services/feedback/forgetting/forget.py": {
        "feedback.forgetting",
        "feedback.cases",
        "feedback.follow_ups",
    },
    "services/feedback/letters/mail.py": {"feedback.letters", "feedback.config"},
}
CLIENTS = {"pymongo", "kafka", "flask", "gunicorn", "prometheus_client", "requests"}

# What reaches out is built in one place per process.
BUILDS_CLIENTS = {"__main__.py", "wsgi.py"}

OURS = {Path(name).name for name in MAY_IMPORT}


def imports(path: Path) -> set[str]:
    """The modules that the file at `path` imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def files(place: str) -> list[Path]:
    """The Python files at `place`, a file or a folder."""
    path = ROOT / place
    return [path] if path.suffix else sorted(path.rglob("*.py"))


def test_the_table_names_every_package() -> None:
    packages = {
        str(path.parent.relative_to(ROOT))
        for folder in ("libs", "services", "deploy")
        for path in (ROOT / folder).glob("*/__init__.py")
    }

    assert packages == MAY_IMPORT.keys()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_the_table_allows(package: str) -> None:
    allowed = MAY_IMPORT[package] | {Path(package).name}

    wrong = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files(package)
        for module in imports(path)
        if (top := module.split(".")[0]) in OURS and top not in allowed
    }

    assert not wrong


@pytest.mark.parametrize("place", PURE)
def test_the_core_imports_nothing_that_reaches_out(place: str) -> None:
    service = f"{Path(place).parts[1]}."

    wrong = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files(place)
        for module in imports(path)
        if module.split(".")[0] in CLIENTS
        or (module.startswith(service) and not any(module.startswith(own) for own in PURE[place]))
    }

    assert not wrong


def test_only_the_composition_roots_know_the_environment() -> None:
    wrong = {
        str(path.relative_to(ROOT))
        for package in MAY_IMPORT
        if not package.startswith("deploy/")
        for path in files(package)
        if path.name not in BUILDS_CLIENTS and "os.environ" in path.read_text(encoding="utf-8")
    }

    assert not wrong


@pytest.mark.parametrize("folder", ["libs", "services", "deploy", "tests"])
def test_no_file_grows_beyond_250_lines(folder: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files(folder)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 250
    }

    assert not long


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "common", "helpers", "helper", "manager", "misc", "base"}

    assert not [
        path for folder in ("libs", "services", "deploy") for path in files(folder) if path.stem in vague
    ]


def test_the_standard_library_is_not_shadowed() -> None:
    assert not OURS & sys.stdlib_module_names
