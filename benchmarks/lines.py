"""The line a measure prints."""

from __future__ import annotations

from typing import Any


def line(name: str, value: float, unit: str, reference: float | None, **more: Any) -> dict[str, Any]:
    """One measure; `ratio` is value / reference, null where the reference could not be measured."""
    ratio = round(value / reference, 4) if reference else None
    rounded = round(reference, 3) if reference is not None else None
    return {"name": name, "value": round(value, 3), "unit": unit, "reference": rounded, "ratio": ratio, **more}
