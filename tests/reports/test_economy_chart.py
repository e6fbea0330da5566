"""The dashboard's chart in every month of the golden year."""

from datetime import date

import pytest

from reports.dashboard import economy_of


@pytest.mark.parametrize("month", range(1, 13))
def test_the_chart_holds_in_every_month_of_the_year(golden, month):
    chart = economy_of(golden.municipality, date(2022, month, 15)).running
    assert [len(series.values) for series in chart.series] == [12, 12]
