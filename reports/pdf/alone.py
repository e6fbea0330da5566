"""The process that makes one PDF for the web and ends. It holds no keys, no database and nothing of ours.

Started by `made_alone` with an empty environment and limits of its own. It reads the date of the fonts and
the HTML from standard input and writes the PDF to standard output.
"""

import logging
import os
import resource
import sys
from typing import NoReturn

from reports.pdf.rendering import pdf_of


def main() -> NoReturn:
    """Make standard input a PDF within the limits named on the command line."""
    logging.disable()
    processor_seconds, memory_bytes = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    epoch, _, text = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.buffer.write(pdf_of(text.decode(), int(epoch)))
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
