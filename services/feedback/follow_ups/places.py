"""What of a case's follow-ups is searched for: the field `loop` of its document (pure)."""

from typing import Any

from feedback.cases.case import Case
from feedback.follow_ups.about import said, team


def places(case: Case) -> list[dict[str, Any]]:
    """One entry per follow-up of `case`, with the fields that `search` filters and sorts by."""
    return [
        {
            "id": one.id,
            "state": one.state,
            "due_at": one.due_at,
            "opened_at": one.opened_at,
            "rule": one.rule,
            "owner": one.owner,
            "source": case.source,
            "team": team(case, said(case, one)),
        }
        for one in case.follow_ups
    ]
