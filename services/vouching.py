"""Whether our own mail server found a letter's sender to be true, as it wrote into the letter.

What it wrote holds words that the sender chose: they are read for themselves alone.
"""

import re


def vouched(results: list[str], authserv: str, sender: str) -> bool:
    """Say whether our own mail server found DMARC to hold for the address of `sender`.

    Only findings signed with its name count (RFC 8601, section 2.2 and 5); it must remove those
    that letters bring along under that name. One that failed outweighs one that passed.
    """
    domain, found = sender.rpartition("@")[2], set()
    for one in results:
        # What stands in comments and quotes is text that a sender may have chosen.
        name, *findings = _bare(one).split(";")
        if not authserv or name.split()[:1] != [authserv.lower()]:
            continue
        for finding in findings:
            words = finding.split()
            about = [w.partition("=")[2] for w in words if w.startswith("header.from=")]
            if words[:1] == ["dmarc=pass"] and domain and about == [domain]:
                found.add(True)
            elif words and words[0].startswith("dmarc="):
                found.add(False)
    return found == {True}


def _bare(text: str) -> str:
    """Return a header in small letters without its quotes and its comments, which may be nested.

    Nothing of one in which they do not end: of that nobody knows what is whose
    (RFC 5322, 3.2.1, 3.2.2 and 3.2.4).
    """
    kept, depth, quoted = [], 0, False
    letters = iter(text.lower())
    for letter in letters:
        if letter == "\\":
            next(letters, "")
        elif quoted or (letter == '"' and not depth):
            quoted = letter != '"' if quoted else True
        elif letter in "()":
            depth = max(0, depth + (1 if letter == "(" else -1))
        elif not depth:
            kept.append(letter)
    return "" if depth or quoted else re.sub(r"\s*=\s*", "=", "".join(kept))
