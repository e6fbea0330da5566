"""How the portal's cache writes: as JSON, since whoever can write a pickle runs code in the reader."""

import json


class PlainSerializer:
    """For Django's Redis cache. Numbers stay as they are, so that the server can count with them."""

    def dumps(self, value: object) -> int | bytes:
        if type(value) is int:
            return value
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> object:
        return json.loads(data)
