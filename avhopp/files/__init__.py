"""Files from outside: what is taken in, made harmless, and how. Knows nothing of cases."""
