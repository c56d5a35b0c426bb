"""Who lives here: people, their roles, how they sign in, and what they may take back."""
