"""Who does a job: functions, connectors, models and people. `background.py` holds all Celery functions."""
