"""People and the institutions that they speak for."""

import pghistory
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken


class Role(models.TextChoices):
    """What a seat lets its holder do; the permissions of each are data in frameworks/permissions.py."""

    ADMINISTRATOR = "administrator", _("Administrator")
    SECRETARIAT = "secretariat", _("Secretariat")
    FOCAL_POINT = "focal_point", _("Focal point")
    GOVERNMENT_CO_LEAD = "government_co_lead", _("Government co-lead")
    CSO_CO_LEAD = "cso_co_lead", _("CSO co-lead")
    GROUP_MEMBER = "group_member", _("Working group member")
    STEERING_COMMITTEE = "steering_committee", _("Steering committee member")
    MONITORING_TEAM = "monitoring_team", _("Monitoring team member")
    TECHNICAL_PARTNER = "technical_partner", _("Technical partner")


#: Roles that belong to a working group, and those that speak for an institution.
GROUP_ROLES = (Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD, Role.GROUP_MEMBER)
CO_LEAD_ROLES = (Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD)


class UserManager(BaseUserManager):
    """Creates users that sign in with their e-mail address."""

    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        """A user with a hashed password, or one who cannot sign in yet when there is none."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """For `manage.py createsuperuser`: the installation's first administrator."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        """Sign-in does not mind upper case."""
        return self.get(email__iexact=email)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person who signs in. What they may do comes from the seats that they hold, never from the user itself."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("name"), max_length=150)
    post = models.CharField(_("post"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Dili")
    wants_digests = models.BooleanField(
        _("mail me what is due or waits for me"),
        default=True,
        help_text=_(
            "At most one mail a day. What is returned to you or asked of you in person comes anyway."
        ),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["display_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("Somebody already signs in with this e-mail address."),
            )
        ]

    def __str__(self):
        return self.display_name

    def get_full_name(self):
        return self.display_name

    def get_short_name(self):
        return self.display_name


class ApiToken(AbstractAuthToken):
    """A REST token: shown once, kept as a digest, named by its owner."""

    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["-created"]

    def __str__(self):
        return self.name


class InstitutionKind(models.TextChoices):
    GOVERNMENT = "government", _("Government")
    SECURITY = "security", _("Security sector")
    PARLIAMENT = "parliament", _("Parliament")
    CSO = "cso", _("Civil society organisation")
    ACADEMIA = "academia", _("Academia")
    PARTNER = "partner", _("Development partner")
    SUBNATIONAL = "subnational", _("Subnational authority")
    GROUP = "group", _("Group of institutions")


class InstitutionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Every institution: who answers for a plan is public. Contact mailboxes are shown to signed-in people only."""
        return self.all()

    def in_order(self):
        """By the name that people see: the acronym, or the name where there is none."""
        return self.order_by(Coalesce(NullIf("acronym", Value("")), "name"), "pk")


@pghistory.track()
class Institution(models.Model):
    """A body that answers for part of a plan. "CSOs" is one too: a group of institutions."""

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        help_text=_("Stable short code used in addresses and data."),
        error_messages={"unique": _("Another institution has this code.")},
    )
    acronym = models.CharField(_("acronym"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=InstitutionKind.choices)
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Two-letter ISO code; empty for regional bodies.")
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="directorates",
    )
    members = models.ManyToManyField(
        "self", verbose_name=_("members"), symmetrical=False, blank=True, related_name="groups"
    )
    contact_email = models.EmailField(_("contact mailbox"), blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["acronym", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""),
                name="institution_named",
                violation_error_message=_("An institution needs a code and a name."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="institution_not_its_own_parent",
                violation_error_message=_("An institution cannot be part of itself."),
            ),
        ]

    def __str__(self):
        return self.acronym or self.name

    @property
    def is_group(self):
        return self.kind == InstitutionKind.GROUP

    @property
    def successor(self):
        """Who answers for it now: the institution that it was merged into, or itself."""
        return self.merged_into or self

    @property
    def successor_id(self):
        return self.merged_into_id or self.pk


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent(), obj_field=None)
class GroupMember(Institution.members.through):
    """Who belongs to a group of institutions, as rows of their own: only so that the history keeps who came and went."""

    class Meta:
        proxy = True


@pghistory.track()
class InstitutionAlias(models.Model):
    """Another name that an institution goes by in documents (MI for MOI)."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("other name"), max_length=200)

    class Meta:
        verbose_name = _("other name of an institution")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="institution_alias_unique",
                violation_error_message=_("This name already stands for an institution."),
            )
        ]

    def __str__(self):
        return self.name


@pghistory.track()
class Membership(models.Model):
    """Who holds a seat, and from when to when. A seat has one holder at a time."""

    user = models.ForeignKey(
        User, verbose_name=_("holder"), on_delete=models.PROTECT, related_name="memberships"
    )
    seat = models.ForeignKey(
        "frameworks.Seat", verbose_name=_("seat"), on_delete=models.PROTECT, related_name="memberships"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day, this day included.")
    )

    class Meta:
        verbose_name = _("membership")
        ordering = ["seat", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_start",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            ExclusionConstraint(
                name="membership_one_holder_at_a_time",
                expressions=[
                    ("seat", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            RangeBoundary(inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Somebody else holds this seat at that time."),
            ),
        ]

    def clean(self):
        # Said before the database builds a range of the two days, which it cannot when they are the wrong way round.
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day cannot be before the first.")})

    @staticmethod
    def active_on(day, prefix=""):
        """A filter for the memberships that are in force on `day`."""
        return Q(**{f"{prefix}starts_on__lte": day}) & (
            Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": day})
        )
