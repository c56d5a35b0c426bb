"""Links in a letter that lead to ourselves: one with a secret is for one person alone."""

import re
from urllib.parse import unquote, urlsplit

# A public id is a UUID; what is long and opaque beside it proves something to whoever has it.
PUBLIC = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SECRET = re.compile(r"[A-Za-z0-9_-]{32,}")
# A mail server may write a link anew, with ours within and its signs named once or twice over.
TWICE = 2


def without_secrets(text: str, base_url: str) -> str:
    """Return a text without the links to `base_url` that hold a secret."""
    host = re.escape(urlsplit(base_url).netloc).replace(":", "(?::|%3a|%253a)")
    link = re.compile(rf"(?:https?(?::|%3a)[^\s<>\"]*?)?{host}[^\s<>\"]*", re.IGNORECASE)
    return link.sub(lambda found: "" if _is_secret(found[0]) else found[0], text)


def _is_secret(link: str) -> bool:
    for _ in range(TWICE):
        link = unquote(link)
    return SECRET.search(PUBLIC.sub("", link)) is not None
