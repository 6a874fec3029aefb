"""The gates to outside: what comes from or goes outside passes here."""
