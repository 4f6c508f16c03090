"""The command line, the supervisor, importers and the demonstration city."""
