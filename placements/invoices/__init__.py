"""The providers' invoices: checked night by night, approved, attested, taken to the finance system."""
