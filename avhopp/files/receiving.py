"""How a file comes in: kept in memory, never on disk, and only where a file is asked for."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from avhopp.files.limits import MAX_BYTES, MEGABYTE

#: A body of more is not read at all. Up to this it is read, so that the form can say what is wrong.
MAX_BODY = 40 * MEGABYTE
V = TypeVar("V", bound=Callable[..., Any])


def takes_files(view: V) -> V:
    """Marks a view whose form has a file. Everywhere else a file that is sent is thrown away unread."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class InMemory(FileUploadHandler):
    """Keeps at most `MAX_BYTES` of each file; of a larger one the size alone, for the form to refuse."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        if content_length > MAX_BODY:
            raise RequestDataTooBig("The body is larger than any form of ours.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.kept, self.size = BytesIO(), 0
        request = self.request
        view = request.resolver_match.func if request and request.resolver_match else None
        if not (request and getattr(view, "takes_files", False) and request.user.is_authenticated):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size <= MAX_BYTES:
            self.kept.write(raw_data)
        else:
            self.kept = BytesIO()

    def file_complete(self, file_size: int) -> UploadedFile:
        self.kept.seek(0)
        return UploadedFile(self.kept, name="fil", content_type="", size=file_size)
