"""Pages and order of a list, from the query string alone."""

import pytest
from django.test import RequestFactory

from avhopp.kernel.swedish_sql import SwedishKey
from avhopp.pages.paging import Column, page_of, sorting

COLUMNS = (
    Column("Ärende", "arende", ("case_no",)),
    Column("Frist", "frist", ("due", "-opened")),
    Column("Läge"),
)


def get(query: str = ""):
    return RequestFactory().get(f"/lista/{query}")


def test_first_page_counts_from_one_and_links_to_the_next():
    page = page_of(list(range(132)), get())
    assert (page.first, page.last, page.total, page.pages) == (1, 50, 132, 3)
    assert (page.previous_url, page.next_url) == ("", "?sida=2")
    assert list(page) == list(range(50))


@pytest.mark.parametrize(("asked", "number"), [("3", 3), ("99", 3), ("0", 3), ("-1", 3), ("x", 1), ("", 1)])
def test_a_page_that_does_not_exist_gives_a_page_that_does(asked, number):
    assert page_of(list(range(132)), get(f"?sida={asked}")).number == number


def test_one_page_has_no_links_and_none_has_no_rows():
    assert page_of([1, 2], get()).links == ()
    empty = page_of([], get())
    assert (empty.total, len(empty), empty.links) == (0, 0, ())


def test_page_links_keep_the_filter():
    page = page_of(list(range(132)), get("?lage=open&sida=2&ordning=-frist"))
    assert page.next_url == "?lage=open&ordning=-frist&sida=3"
    assert page.previous_url == "?lage=open&ordning=-frist"


def test_many_pages_are_shortened():
    numbers = [link.number for link in page_of(list(range(5000)), get("?sida=50")).links]
    assert numbers == [1, 0, 48, 49, 50, 51, 52, 0, 100]


def test_order_is_the_default_until_asked():
    order = sorting(COLUMNS, get(), default="frist")
    assert order.order_by == ("due", "-opened", "pk")
    assert [column.sort for column in order.columns] == ["none", "ascending", ""]


def test_falling_order_turns_every_field():
    assert sorting(COLUMNS, get("?ordning=-frist"), default="arende").order_by == ("-due", "opened", "pk")


def test_a_name_sorts_by_its_key_in_both_directions():
    key = SwedishKey("name")
    columns = (Column("Namn", "namn", (key, "-case_no")),)
    assert sorting(columns, get("?ordning=namn"), default="namn").order_by == (key, "-case_no", "pk")
    falling = sorting(columns, get("?ordning=-namn"), default="namn").order_by
    assert (falling[0].expression, falling[0].descending) == (key, True)
    assert falling[1:] == ("case_no", "pk")


def test_heading_turns_its_own_order_and_goes_to_the_first_page():
    first, second, third = sorting(COLUMNS, get("?ordning=arende&sida=4&lage=open"), default="frist").columns
    assert (first.url, first.sort) == ("?lage=open&ordning=-arende", "ascending")
    assert (second.url, second.sort) == ("?lage=open&ordning=frist", "none")
    assert third.url == ""


@pytest.mark.parametrize("asked", ["person__name", "-secret", "lage", "--frist", "-"])
def test_only_named_columns_sort(asked):
    assert sorting(COLUMNS, get(f"?ordning={asked}"), default="arende").order_by == ("case_no", "pk")
