"""Pictures, files and voices: what they are, how they are cleaned, where they lie, and how they are handed out."""
