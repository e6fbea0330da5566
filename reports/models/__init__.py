"""The monthly report to the committee: its state, its frozen figures and its two PDFs."""

from reports.models.monthly import MonthlyReport

__all__ = ["MonthlyReport"]
