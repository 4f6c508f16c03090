"""What every slice stands on: database, sign-in, access, audit, errors, outbox, settings, language."""
