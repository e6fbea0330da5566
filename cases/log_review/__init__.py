"""Loggkontroll: the month's sample of the read log, the rules that raise a flag, and its states."""
