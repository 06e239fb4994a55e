"""Pages of short tables, by number."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict

SIZE = 50


@dataclass(frozen=True, slots=True)
class NumberedPage:
    """The rows of one page, and the query strings of its neighbours ("" where there is none)."""

    rows: list[Any]
    previous: str
    following: str
    total: int


def numbered_page(
    rows: QuerySet[Any], asked: MultiValueDict[str, str], size: int = SIZE
) -> NumberedPage:
    """The page that `?page=` asks for; the nearest there is where the number is unreadable."""
    page = Paginator(rows, size).get_page(asked.get("page"))
    before = f"?page={page.number - 1}" if page.has_previous() else ""
    after = f"?page={page.number + 1}" if page.has_next() else ""
    return NumberedPage(list(page.object_list), before, after, page.paginator.count)
