"""A folder per desk: its pages (typed contexts), routes and templates."""
