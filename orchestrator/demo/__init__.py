"""The demo that ships with the product: a loan process, its rules, a trained model and made-up applicants.

Nobody in it exists: names, incomes and histories come from `applicants.py`, and nothing else is shown.
"""
