"""Who is given a task: one strategy per file, chosen per inbox; BPMN 2.0.2 (10.3.4.2) leaves it open."""
