"""What is decided by looking at all of the operation's rows is written by one at a time."""

from avhopp.accounts.models import Municipality, User


def one_at_a_time(by: User) -> None:
    """Wait for others in the municipality: what is counted from here on holds until the transaction ends."""
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)
