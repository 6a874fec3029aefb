"""What a person fills in: one schema, whatever it was written in, and the check of what they answered."""
