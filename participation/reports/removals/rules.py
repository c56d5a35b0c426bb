"""How long what was deleted can be put back."""

from datetime import timedelta

CAN_BE_PUT_BACK = timedelta(hours=1)
