"""How large a file may be, packed and unpacked, and what the process that opens it may use."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024

MAX_BYTES = 20 * MEGABYTE  # what comes in, and what goes out
MAX_PIXELS = 50_000_000  # of one picture: an A3 page at 400 dots per inch
MAX_SIDE = 20_000  # pixels
MAX_PAGES = 500
MAX_OBJECTS = 100_000  # of a PDF
MAX_DEPTH = 60  # of things within things, in a PDF or in XML
MAX_UNPACKED = 400 * MEGABYTE  # of all streams of a PDF
MAX_STREAM = 160 * MEGABYTE  # of one: a picture of MAX_PIXELS in three colours
MAX_PAGE_TEXT = 32 * MEGABYTE  # of what draws one page
MAX_ENTRIES = 1000  # of a Word document's package
MAX_PACKAGE = 80 * MEGABYTE  # unpacked
MAX_XML = 30 * MEGABYTE  # one part
MAX_RATIO = 200  # unpacked to packed, of anything that is larger than RATIO_FROM
RATIO_FROM = 2 * MEGABYTE


@dataclass(frozen=True)
class Confinement:
    """What the process that opens a file may use. It gets no more, whatever is in the file."""

    processor_seconds: int = 40
    wall_seconds: float = 60.0
    memory_bytes: int = 1536 * MEGABYTE  # of addresses


USUAL = Confinement()
