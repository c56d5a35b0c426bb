"""What the published description of GeoReport v2 says of each answer, as JSON Schema (2020-12).

Written from the text of the standard: ids are strings, lists are arrays, status has two words.
"""

from typing import Any

TEXT = {"type": "string"}
FILLED = {"type": "string", "minLength": 1}
MAYBE = {"type": ["string", "null"]}
DATE = {"type": "string", "format": "date-time"}
MAYBE_DATE = {"anyOf": [DATE, {"type": "null"}]}
URL = {"type": "string", "pattern": "^https?://"}
MAYBE_URL = {"anyOf": [URL, {"type": "null"}]}


def thing(fields: dict[str, Any], *, more: bool = False) -> dict[str, Any]:
    """An object with all of these fields, and no other unless `more`."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": more,
    }


def many(item: dict[str, Any], least: int = 0, most: int = 1000) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


ENDPOINT = {
    "specification": FILLED,
    "url": {"type": "string", "pattern": "^https?://"},
    "changeset": DATE,
    "type": {"enum": ["production", "test"]},
    "formats": many({"enum": ["text/xml", "application/json"]}, 1),
}
DISCOVERY = thing(
    {
        "changeset": DATE,
        "contact": FILLED,
        "key_service": FILLED,
        "endpoints": many(thing(ENDPOINT), 1),
    }
)
SERVICES = many(
    thing(
        {
            "service_code": FILLED,
            "service_name": FILLED,
            "description": TEXT,
            "metadata": {"type": "boolean"},
            "type": {"enum": ["realtime", "batch", "blackbox"]},
            "keywords": TEXT,
            "group": TEXT,
        }
    ),
    1,
)
KINDS = ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
ATTRIBUTE = {
    "variable": {"type": "boolean"},
    "code": FILLED,
    "datatype": {"enum": KINDS},
    "required": {"type": "boolean"},
    "datatype_description": MAYBE,
    "order": {"type": "integer"},
    "description": FILLED,
    "values": many(thing({"key": FILLED, "name": FILLED})),
}
DEFINITION = thing({"service_code": FILLED, "attributes": many(thing(ATTRIBUTE))})
REQUEST = {
    "service_request_id": FILLED,
    "status": {"enum": ["open", "closed"]},
    "status_notes": MAYBE,
    "service_name": FILLED,
    "service_code": FILLED,
    "description": MAYBE,
    "agency_responsible": MAYBE,
    "service_notice": MAYBE,
    "requested_datetime": DATE,
    "updated_datetime": DATE,
    "expected_datetime": MAYBE_DATE,
    "address": MAYBE,
    "address_id": MAYBE,
    "zipcode": MAYBE,
    "lat": {"type": "number", "minimum": -90, "maximum": 90},
    "long": {"type": "number", "minimum": -180, "maximum": 180},
    "media_url": MAYBE_URL,
}
REQUESTS = many(thing(REQUEST))
NOTE = thing({"datetime": DATE, "type": FILLED, "description": TEXT})
ANSWER = thing({"code": FILLED, "description": FILLED, "value": FILLED})
EXTENSIONS = {
    "attributes": many(ANSWER),
    "extended_attributes": thing(
        {
            "status": FILLED,
            "followers": {"type": "integer"},
            "detail": MAYBE,
            "media_urls": many(URL, most=3),
        }
    ),
    "notes": many(NOTE),
}
EXTENDED = many(thing(REQUEST | EXTENSIONS))
TAKEN = many(
    thing({"service_request_id": FILLED, "service_notice": MAYBE, "account_id": MAYBE}), 1, 1
)
TOKEN = many(thing({"service_request_id": FILLED, "token": FILLED}), 1, 1)
ERRORS = many(thing({"code": {"type": "integer"}, "description": FILLED}), 1)
WORDS = ["OPEN", "INVESTIGATING", "IN_PROGRESS", "FIXED", "CLOSED"]
UPDATES = many(
    thing(
        {
            "update_id": FILLED,
            "service_request_id": FILLED,
            "updated_datetime": DATE,
            "status": {"enum": WORDS},
            "description": TEXT,
            "media_url": MAYBE_URL,
        }
    )
)
HEARD = many(thing({"update_id": FILLED, "status": {"enum": WORDS}, "service_notice": MAYBE}), 1, 1)
