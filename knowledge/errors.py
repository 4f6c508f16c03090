class CatalogueError(ValueError):
    """A catalogue cannot be read; the message names the file and the field."""
