"""What a row held when its workbook was downloaded, box by box: by it one sees later which boxes were changed offline, and
which in the tracker. Pure.
"""

import hashlib

from frameworks.workbook.content import is_blank, said

#: The first word of a row's hidden digests.
_BASE = "1"


def write_base(values):
    """`1 n=ab12cd34ef …`: the digest of every box that is not blank."""
    return " ".join(
        [
            _BASE,
            *(f"{key}={digest_of(value)}" for key, value in sorted(values.items()) if not is_blank(value)),
        ]
    )


def read_base(text):
    """{key: digest} of a row's hidden cell; None when it is not one."""
    words = (text or "").split()
    if words[:1] != [_BASE]:
        return None
    return dict(pair.split("=", 1) for pair in words[1:] if "=" in pair)


def digest_of(value):
    """What a box says, as ten letters; "" for a blank one."""
    return "" if is_blank(value) else hashlib.sha256(said(value).encode()).hexdigest()[:10]
