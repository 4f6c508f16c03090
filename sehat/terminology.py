"""A catalogue of illnesses becomes the records' terminology."""

from pydantic import ValidationError

from knowledge.concepts import concepts
from knowledge.errors import CatalogueError
from knowledge.schema import Catalogue
from records_api.core.context import SYSTEM, Context
from records_api.core.db import Database
from records_api.terminology import service
from records_api.terminology.schemas import ConceptIn, Counts

SOURCE = "catalogue"


def terms(catalogue: Catalogue) -> list[ConceptIn]:
    """Each concept as the records take it. Raises CatalogueError naming the entry and the field."""
    return [_term(fields) for fields in concepts(catalogue)]


def load(database: Database, catalogue: Catalogue) -> Counts:
    """Add or correct the catalogue's concepts, all or none of them."""
    wanted = terms(catalogue)
    with database.transaction() as session:
        return service.add_many(Context(session, SYSTEM), wanted, source=SOURCE)


def _term(fields: dict[str, object]) -> ConceptIn:
    try:
        return ConceptIn.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        where = f"{fields['kind']} {str(fields['code'])[:100]!r}"
        raise CatalogueError(f"{where}: {field}: {first['msg']}") from error
