"""Exchange: what comes from elsewhere, row by row accounted for; FHIR resources kept whole."""
