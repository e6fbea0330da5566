"""Scenario files: a year of cases in. FORMAT.md beside this file describes them; the parts, in order:

- `document`, `inquiry_rows`: what a file says, as values; `vocabulary`: the words it may use.
- `reading`: bytes to values; every fault of form with its path.
- `contradictions`, `stays`, `invoice_faults`, `inquiry_faults`: what cannot be true together.
- `gaps`: what the file does not tell.
- `normal`, `stored`: what of it is in the database already.
- `loading`, `writing`, `trails`, `invoicing`, `telling`, `batches`: into the database, all or nothing.
- `demo`, `demo_extras`, `demonstration`: the demonstration.
"""
