"""A new secret key, and what the old one sealed."""

import getpass
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import LazySettings

from ildsjel.channels import gateway
from ildsjel.channels.actions import connect
from ildsjel.channels.models import Channel, Credential
from ildsjel.channels.sealing import SealBroken
from ildsjel.cli import main
from ildsjel.organisation.models import AuditEntry, Member
from tests.builders import make_owner

pytestmark = pytest.mark.django_db
OLD, NEW = "the key of yesterday", "the key of today"


@pytest.fixture
def owner(settings: LazySettings) -> Iterator[Member]:
    """An owner with a channel and two-step sign-in, both sealed with yesterday's key."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    owner = make_owner()
    connect(by=owner, kind="mail", name="Post", settings={}, secrets={"password": "hemmelig"})
    TOTP.activate(owner.user, generate_totp_secret())
    RecoveryCodes.activate(owner.user)
    settings.SECRET_KEY = NEW
    yield owner


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return sorted(line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines())


def secrets() -> dict[str, str]:
    return dict(gateway.account_of(Channel.objects.get()).secrets)


def stored() -> list[object]:
    sealed = [bytes(row.sealed) for row in Credential.objects.all()]
    return [*sealed, *Authenticator.objects.order_by("pk").values_list("data", flat=True)]


def test_what_an_old_key_sealed_is_sealed_anew(
    owner: Member, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SECRET_KEY_FALLBACKS = ["another", OLD]
    codes = [row.wrap() for row in Authenticator.objects.order_by("pk")]
    before = stored()
    assert main(["reseal", "--dry-run"]) == 0
    assert told(capsys) == ["would be sealed anew"] * 3
    assert stored() == before
    assert main(["reseal"]) == 0
    assert told(capsys) == ["is sealed anew"] * 3
    unused = codes[1].get_unused_codes()
    settings.SECRET_KEY_FALLBACKS = []
    assert secrets() == {"password": "hemmelig"}
    assert Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes() == unused
    assert AuditEntry.objects.filter(action="channel.reseal", member=None).count() == 1


def test_it_may_be_done_again(
    owner: Member, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SECRET_KEY_FALLBACKS = [OLD]
    main(["reseal"])
    before = stored()
    told(capsys)
    assert main(["reseal"]) == 0
    assert told(capsys) == ["is sealed with the key of today"] * 3
    assert stored() == before


def test_the_old_key_may_be_typed(
    owner: Member, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda prompt: OLD)
    assert main(["reseal", "--ask"]) == 0
    assert secrets() == {"password": "hemmelig"}
    shown = capsys.readouterr()
    assert OLD not in shown.out + shown.err


def test_what_no_key_opens_is_said_and_left(
    owner: Member, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SECRET_KEY_FALLBACKS = ["some other key"]
    connect(by=owner, kind="mail", name="New", settings={}, secrets={"password": "ny"})
    before = stored()
    assert main(["reseal"]) == 3
    assert told(capsys) == ["can't be opened with these keys"] * 3 + [
        "is sealed with the key of today"
    ]
    assert stored() == before
    with pytest.raises(SealBroken):
        gateway.account_of(Channel.objects.get(name="Post"))


def test_without_an_old_key_nothing_is_tried(
    owner: Member, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reseal"]) == 1
    assert "ILDSJEL_SECRET_KEY_FALLBACKS" in capsys.readouterr().err


def test_no_key_is_taken_from_the_command_line() -> None:
    with pytest.raises(SystemExit):
        main(["reseal", OLD])
