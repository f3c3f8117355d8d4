"""``python -m avizor`` and the script ``avizor``: the same command as the Rust binary."""

from __future__ import annotations

import signal
import sys

from ._avizor import run_command


def main() -> int:
    """Run the command with this process's arguments and return its exit status."""
    # The command is Rust's from here on: Ctrl-C ends it at once, and not when Python comes to look.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run_command(["avizor", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
