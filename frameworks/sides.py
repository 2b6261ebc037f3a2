"""For which side of a working group somebody speaks: in reviews of submissions and in annual plans alike."""

from frameworks.models.coordination import Side
from frameworks.permissions import Permission, has_permission

#: What each side's co-lead holds; the two are equal (DOMAIN.md, Glossary).
SIGNS = {Side.GOVERNMENT: Permission.SIGN_OFF_GOVERNMENT, Side.CSO: Permission.SIGN_OFF_CSO}
SIGN_OFF = tuple(SIGNS.values())


def side_of(user, subject):
    """The Side that `user` signs for in the working group of the subject's pillar, or None."""
    return next(
        (side for side, permission in SIGNS.items() if has_permission(user, permission, subject)), None
    )
