"""The system of record: a folder per clinical noun, the same file names in each."""
