"""Scenario files: a year of cases in. The format is described in docs/scenarios.md; the parts, in the order they run:

- `document`: what a file says, as values; `vocabulary`: the words it may use.
- `reading`: bytes to values; every fault of form with its path.
- `contradictions`, `stays`: what cannot be true together; `gaps`: what the file does not tell.
- `stored`, `loading`, `writing`: into the database, all or nothing.
- `demo`, `demo_extras`: the demonstration.
"""
