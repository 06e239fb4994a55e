"""The document's JSON Schema, for editors and other tools; taken from the fields themselves."""

from typing import Any, Final

from ildsjel.engine.plan.about import ABOUT
from ildsjel.engine.plan.document import FORMAT, KEY, Plan
from ildsjel.engine.plan.fields import Field, Form, fields_of
from ildsjel.engine.plan.scalars import DAYS

_HOURS: Final = r"^\d{1,2}[:.]\d{2}\s*[-–—]\s*\d{1,2}[:.]\d{2}$"
_DAY: Final = f"(?:{'|'.join(DAYS)})"
_KEY: Final = f"^{KEY.pattern}$"


def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12. Texts may be left empty, which is as if they were not there."""
    top = _object(Plan)
    top["properties"] = {
        "format": {"const": FORMAT, "description": "Of the document."},
        **top["properties"],
    }
    top["required"] = ["format", *top["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A plan of Ildsjel",
        **top,
        "$defs": {"opening_hours": _opening_hours()},
    }


def _object(part: type) -> dict[str, Any]:
    known = fields_of(part)
    about = ABOUT[part.__name__]
    found: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {**_field(field), "description": about[name]} for name, field in known.items()
        },
    }
    required = [name for name, field in known.items() if field.required]
    return {**found, "required": required} if required else found


def _field(field: Field) -> dict[str, Any]:
    match field.form:
        case Form.TEXT:
            return _text(field)
        case Form.NUMBER | Form.WHOLE:
            kind = {"type": "number" if field.form is Form.NUMBER else "integer"}
            return kind if field.least is None else {**kind, "minimum": field.least}
        case Form.FLAG:
            return {"enum": [True, False, "yes", "no"]}  # YAML 1.2 has no yes
        case Form.DAY:
            return {"type": "string", "format": "date"}
        case Form.CHOICE:
            return {"enum": [each.value for each in field.of]}
        case Form.WEEK:
            return {"$ref": "#/$defs/opening_hours"}
        case Form.ELEMENT:
            return {"type": "string"}
        case Form.TEXTS:
            return {"type": "array", "items": _text(field), "uniqueItems": True}
        case Form.PART:
            return _object(field.of)
        case Form.SECTION:
            return {
                "type": "object",
                "propertyNames": {"pattern": _KEY},
                "additionalProperties": _object(field.of),
            }
        case Form.LIST:
            return {"type": "array", "items": _object(field.of)}


def _text(field: Field) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    if field.refers:
        text["pattern"] = _KEY
    if field.required:
        text["minLength"] = 1
    return text if field.longest is None else {**text, "maxLength": field.longest}


def _opening_hours() -> dict[str, Any]:
    hours = {"type": "string", "pattern": _HOURS}
    return {
        "type": "object",
        "additionalProperties": False,
        "patternProperties": {
            f"^{_DAY}(?:-{_DAY})?$": {
                "anyOf": [hours, {"type": "array", "items": hours}, {"const": "closed"}]
            }
        },
    }
