"""Runs instances: verbs over their rows. `store.py` is the one door that changes an instance."""
