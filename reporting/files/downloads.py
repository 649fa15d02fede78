"""A file as an answer: read piece by piece, also by the asynchronous server, so that no file is ever in memory as a whole."""

from collections.abc import AsyncIterator
from typing import IO

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

PIECE = 256 * 1024


class Download(StreamingHttpResponse):
    """An open file (closed when it is sent), under a name."""

    def __init__(self, file: IO[bytes], *, name: str, media_type: str, size: int) -> None:
        super().__init__(iter(lambda: file.read(PIECE), b""), content_type=media_type)
        self._file = file
        self._resource_closers.append(file.close)  # type: ignore[attr-defined] # Django's list of what is closed with the response
        self["Content-Disposition"] = f'attachment; filename="{name}"'
        self["Content-Length"] = str(size)
        self["Cache-Control"] = "no-store"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces, read in another thread: the stock response would read all of them first."""
        read = sync_to_async(self._file.read, thread_sensitive=False)
        while piece := await read(PIECE):
            yield piece
