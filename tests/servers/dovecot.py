"""A real IMAP server (Dovecot 2.3) with mailboxes for everybody, fed through LMTP.

    with dovecot_server() as mail:
        mail.deliver("desk@kommune.test", b"From: ...")

Every address exists, the password is `PASSWORD`. Ready in a second.
"""

import getpass
import imaplib
import os
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.processes import end, free_port
from tools.server_installs import dovecot as install

PASSWORD = "correct-horse-battery"

_CONFIGURATION = """
protocols = imap lmtp
base_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login_user}
first_valid_uid = 0
auth_username_format = %Ln
mail_location = maildir:{folder}/mail/%n
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
namespace inbox {{
  inbox = yes
}}
"""


@dataclass(frozen=True)
class Dovecot:
    imap_port: int
    lmtp_port: int
    folder: Path
    host: str = "127.0.0.1"

    def deliver(self, address: str, raw: bytes, sender: str = "citizen@example.test") -> None:
        """Put a mail into the mailbox of `address`, as a mail server would."""
        with smtplib.LMTP(self.host, self.lmtp_port) as lmtp:
            lmtp.sendmail(sender, [address], raw)

    @contextmanager
    def mailbox(self, address: str) -> Iterator[imaplib.IMAP4]:
        """The mailbox as its owner sees it."""
        with imaplib.IMAP4(self.host, self.imap_port) as client:
            client.login(address, PASSWORD)
            client.select("INBOX")
            yield client

    def mails(self, address: str) -> list[bytes]:
        """All mails in the mailbox, the oldest first."""
        with self.mailbox(address) as client:
            _, found = client.search(None, "ALL")
            fetched = [client.fetch(number.decode(), "(RFC822)") for number in found[0].split()]
        return [parts[0][1] for _, parts in fetched if isinstance(parts[0], tuple)]

    def empty(self, address: str) -> None:
        with self.mailbox(address) as client:
            if client.search(None, "ALL")[1] != [b""]:
                client.store("1:*", "+FLAGS", "\\Deleted")
                client.expunge()

    def renumber(self, address: str) -> None:
        """Give the folder a new UIDVALIDITY, as a restored or moved mailbox has."""
        name = address.partition("@")[0]
        for listing in (self.folder / "mail" / name).glob("dovecot*"):
            listing.unlink()


@contextmanager
def dovecot_server() -> Iterator[Dovecot]:
    """A server of its own, empty, gone afterwards; `CannotInstall` where there can be none."""
    program = install.install()
    with tempfile.TemporaryDirectory(prefix="dovecot-") as parent:
        server = Dovecot(free_port(), free_port(), Path(parent))
        Path(parent).chmod(0o755)
        configuration = server.folder / "dovecot.conf"
        configuration.write_text(_configuration(server), encoding="utf-8")
        process = subprocess.Popen(
            [program, "-F", "-c", configuration],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            _wait_until_ready(server, process)
            yield server
        finally:
            end(process)


def _configuration(server: Dovecot) -> str:
    root = os.geteuid() == 0
    user = getpass.getuser()
    uid, gid = (65534, 65534) if root else (os.getuid(), os.getgid())
    mail = server.folder / "mail"
    mail.mkdir()
    os.chown(mail, uid, gid)
    return _CONFIGURATION.format(
        folder=server.folder,
        user="root" if root else user,
        group="root" if root else user,
        login_user="dovenull" if root else user,
        password=PASSWORD,
        uid=uid,
        gid=gid,
        imap_port=server.imap_port,
        lmtp_port=server.lmtp_port,
    )


def _wait_until_ready(server: Dovecot, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            for port in (server.imap_port, server.lmtp_port):
                socket.create_connection((server.host, port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    log = server.folder / "log"
    raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else ''}")
