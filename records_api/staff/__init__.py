"""Staff and residents as accounts: roles, sign-in, second factor."""
