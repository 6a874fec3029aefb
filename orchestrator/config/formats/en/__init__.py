"""English, day before month, hours to 24."""
