"""`make bench`: one JSON line a measure, `{"name", "value", "unit", "reference", "ratio"}`; `--only name` for one."""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.allocation import measure as allocation
from benchmarks.idle_sockets import measure as idle_sockets
from benchmarks.import_rows import measure as import_rows
from benchmarks.live_comment import measure as live_comment
from benchmarks.notes_writers import measure as notes_writers
from benchmarks.page_prompts import measure as page_prompts
from benchmarks.page_thread import measure as page_thread
from benchmarks.page_thread_10k import measure as page_thread_10k
from benchmarks.planner_page import measure as planner_page
from benchmarks.redis_wakeup import measure as redis_wakeup
from benchmarks.room_page import measure as room_page
from benchmarks.room_votes import measure_to_last, measure_together
from benchmarks.script_bytes import measure as script_bytes

MEASURES = {
    "page.thread_100": page_thread,
    "page.thread_10k": page_thread_10k,
    "live.comment_to_last_1000": live_comment,
    "live.redis_wakeup_ms": redis_wakeup,
    "live.idle_socket_bytes": idle_sockets,
    "page.javascript_bytes": script_bytes,
    "import.rows_5000": import_rows,
    "advice.page_300_prompts": page_prompts,
    "feedback.allocation_200x5_seconds": allocation,
    "planner.page": planner_page,
    "room.page": room_page,
    "room.vote_to_last_1000": measure_to_last,
    "room.votes_1000": measure_together,
    "notes.writers_20": notes_writers,
}


def main() -> int:
    """Run the measures and print their lines. Exit 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--only", default="", help="one of: " + ", ".join(MEASURES))
    only = parser.parse_args().only
    if only and only not in MEASURES:
        print(f"There is no measure {only!r}; there are: {', '.join(MEASURES)}.", file=sys.stderr)
        return 2
    for name, measure in MEASURES.items():
        if only in ("", name):
            for line in measure():
                print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
