"""The one way to say no."""


class Refused(Exception):
    """A named refusal of something that a user asked for.

    `code` is stable English for tests and logs. `text` is Swedish, says what to do next, and never
    repeats personal data. `field` names the input at fault, where there is one.
    """

    def __init__(self, code: str, text: str, field: str | None = None) -> None:
        # All three go to Exception: that is what lets a refusal be pickled between processes.
        super().__init__(code, text, field)
        self.code = code
        self.text = text
        self.field = field

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"
