"""How the stand-in says no: in the shape that the client makes its exceptions from."""

import json


class Refused(Exception):
    """A request that cannot be met."""

    def __init__(
        self,
        said: str,
        *,
        status: int = 400,
        code: str = "",
        param: str = "",
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(said)
        self._status = status
        self._error = {"type": kind, "message": said, "code": code or None, "param": param or None}

    def answer(self) -> tuple[int, str]:
        """The status and the body of the answer."""
        return self._status, json.dumps({"error": self._error})


def missing(what: str, id_: str) -> Refused:
    """There is no such object."""
    return Refused(f"No such {what}: '{id_}'", status=404, code="resource_missing", param="id")
