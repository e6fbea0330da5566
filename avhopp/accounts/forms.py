from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """One sentence for every failure: it does not tell whether the account exists."""

    error_messages = {
        "invalid_login": "Användarnamnet eller lösenordet stämmer inte. Kontrollera båda och försök igen.",
        "inactive": "Användarnamnet eller lösenordet stämmer inte. Kontrollera båda och försök igen.",
    }
