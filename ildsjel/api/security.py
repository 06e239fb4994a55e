"""Who calls: a member, named by the token that they made for themselves."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from ildsjel.organisation.models import Member
from ildsjel.organisation.queries import member_of_token


class ApiRequest(HttpRequest):
    """A request with a valid token; `auth` is its member, who gives organisation and rights."""

    auth: Member


class MemberToken(HttpBearer):
    """`Authorization: Bearer ild_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> Member | None:
        return member_of_token(token.strip())
