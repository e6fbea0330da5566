"""What makes an account able to see anything, and when a change makes it able to more. Pure.

The database holds the same by itself: audit.guard_account() in walls.py.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

#: The columns of an account that decide what it may do, as the database and a request name them.
POWERS = (
    "username", "role", "municipality_id", "unit_id", "police_unit_id", "is_active", "valid_from", "valid_to",
    "provider_id",
)  # fmt: skip
#: A change of one of these is always for a second person.
_ALWAYS = ("username", "role", "municipality_id", "unit_id", "police_unit_id")


def rises(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the account can do more, or other things, after than before. Ending sooner is not more."""
    if any(before[name] != after[name] for name in _ALWAYS):
        return True
    return (
        (after["is_active"] and not before["is_active"])
        or (after["provider_id"] not in ("", before["provider_id"]))
        or (after["valid_to"] or date.max) > (before["valid_to"] or date.max)
        or (after["valid_from"] or date.min) < (before["valid_from"] or date.min)
    )
