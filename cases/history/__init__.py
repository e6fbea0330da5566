"""Vem ändrade vad, när och varför: the case's history tables as differences that people can read.

`differences` compares two versions (pure), `wording` puts a stored value into words, `kinds` says which
tables belong to a case and who may read which of their fields, `reading` asks the database, `entries` makes
of the rows what the page shows.
"""
