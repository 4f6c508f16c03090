"""Identity: consented face captures, encrypted, deletable."""
