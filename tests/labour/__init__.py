"""An app of tasks that a real job worker does in tests; what they do is seen in files and rows."""
