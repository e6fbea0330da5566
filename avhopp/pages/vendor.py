"""Checksums of the vendored files: `python -m avhopp.pages.vendor` writes static/vendor/CHECKSUMS anew.

Run it after adding or replacing a vendored file, and read the change before it is committed.
"""

from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "static" / "vendor"
LIST = FOLDER / "CHECKSUMS"


def checksums() -> dict[str, str]:
    """The sha256 of every vendored file, by its path inside static/vendor."""
    files = sorted(file for file in FOLDER.rglob("*") if file.is_file() and file != LIST)
    return {file.relative_to(FOLDER).as_posix(): sha256(file.read_bytes()).hexdigest() for file in files}


def listed() -> dict[str, str]:
    """What CHECKSUMS says, in the form that `sha256sum --check` reads."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return {path: checksum for checksum, path in (line.split("  ", 1) for line in lines)}


def main() -> None:
    LIST.write_text(
        "".join(f"{checksum}  {path}\n" for path, checksum in checksums().items()), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
