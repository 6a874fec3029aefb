"""What is wrong with a process that was read: a table of small rules over the model, each with a code."""
