"""The parameter `visa` of a list: which rows, as tabs. An unknown value gives the default."""

from django.http import HttpRequest

from collaboration.views.case import Tab


class Selection:
    """`chosen` is one of the keys; `tabs` are links that keep nothing but it."""

    def __init__(self, request: HttpRequest, choices: list[tuple[str, str]], default: str) -> None:
        asked = request.GET.get("visa", default)
        self.chosen = asked if asked in dict(choices) else default
        self.tabs = [Tab(label, f"?visa={key}", key == self.chosen) for key, label in choices]
