"""How urgent a task is and how its time stands."""
