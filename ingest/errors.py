"""The one exception of reading: a file that cannot become rows."""


class Unreadable(Exception):
    """A file that holds nothing we can take in, with a sentence that says what to do.

    `message` is an English sentence with {placeholders}, which translation looks up and `values`
    fills.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message.format(**self.values)
