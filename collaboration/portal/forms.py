from django.contrib.auth.forms import AuthenticationForm

REFUSED = "Användarnamnet eller lösenordet stämmer inte. Kontrollera båda och försök igen."


class SignInForm(AuthenticationForm):
    """One sentence for every failure: it does not tell whether the account exists, or has ended."""

    error_messages = {"invalid_login": REFUSED, "inactive": REFUSED}
