"""The fixed cast of the tests: the demo city's own people."""

from participation.accounts.cast import CAST
from services.auth import STRANGER, Actor

PEOPLE = {m.key: Actor(m.id, frozenset({m.role.value})) for m in CAST}
MINJI = PEOPLE["minji"]  # a resident
JUN = PEOPLE["jun"]  # her neighbour
SOYEON = PEOPLE["soyeon"]  # a moderator
TAEHO = PEOPLE["taeho"]  # an officer
HANA = PEOPLE["hana"]  # an operator
__all__ = ["HANA", "JUN", "MINJI", "PEOPLE", "SOYEON", "STRANGER", "TAEHO"]
