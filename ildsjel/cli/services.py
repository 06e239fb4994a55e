"""The commands that run Ildsjel: everything, or one process of it."""

import argparse
import os
import signal
import socket
import sys
import threading

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from ildsjel import supervisor
from ildsjel.cli.errors import CommandError
from ildsjel.flow import jobs, listener
from ildsjel.organisation.actions import open_setup
from ildsjel.organisation.queries import somebody_can_sign_in
from ildsjel.web.views.live import end_streams
from ildsjel.work import loop


def migrate(options: argparse.Namespace | None = None) -> int:
    """Bring the database up to date; safe to repeat."""
    call_command("migrate", interactive=False, verbosity=1 if options else 0)
    call_command("createcachetable", verbosity=0)
    return 0


def up(options: argparse.Namespace) -> int:
    """Prepare, print the address, and keep all processes running until Ctrl-C."""
    try:
        listener_socket = supervisor.listen_on(settings.HOST, settings.PORT)
    except OSError as fault:
        raise CommandError(
            f"{settings.HOST}:{settings.PORT} can't be used ({fault.strerror}). "
            "Is Ildsjel running already? ILDSJEL_PORT chooses another port."
        ) from fault
    migrate()
    _say_where()
    connection.close()
    descriptor = listener_socket.fileno()
    web = [
        supervisor.Child(f"web {n + 1}", ["web", "--socket", str(descriptor)], (descriptor,))
        for n in range(settings.WEB_WORKERS)
    ]
    listen = [] if options.no_listen else [supervisor.Child("listen", ["listen"])]
    supervisor.run([*web, supervisor.Child("work", ["work"]), *listen])
    return 0


def _say_where() -> None:
    print(f"Ildsjel: {settings.PUBLIC_URL}/", flush=True)
    if not somebody_can_sign_in():
        print("The first time, set it up here (the link works once):")
        print(f"  {settings.PUBLIC_URL}/setup/{open_setup()}/", flush=True)


class _Server(uvicorn.Server):
    """Ends the event streams first: a server that stops would else wait for them, and then cut
    them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await end_streams()
        await super().shutdown(sockets)


def web(options: argparse.Namespace) -> int:
    """Serve until told to stop. Pages still on their way are cut after two seconds."""
    config = uvicorn.Config(
        "ildsjel.asgi:application",
        host=settings.HOST,
        port=settings.PORT,
        timeout_graceful_shutdown=2,
        lifespan="off",
        log_config=None,
        proxy_headers=settings.BEHIND_PROXY,
        server_header=False,
    )
    server = _Server(config)
    if options.socket is None:
        server.run()
    else:
        server.run(sockets=[socket.socket(fileno=options.socket)])
    return 0


def work(options: argparse.Namespace) -> int:
    """The loop: its threads each look after their own kind of work."""
    if options.once:
        done = sum(loop.run_once(each) for each in jobs.loops().values())
        print(f"{done} done")
        return 0
    stop = _stop_event()
    threads = [
        threading.Thread(target=loop.run, args=(each, stop), kwargs={"name": name}, name=name)
        for name, each in jobs.loops().items()
    ]
    for thread in threads:
        thread.daemon = True
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(timeout=3)
    _leave()
    return 0


def listen(options: argparse.Namespace) -> int:
    """Follow the streams."""
    listener.run(_stop_event())
    _leave()
    return 0


def _stop_event() -> threading.Event:
    """Set when we are told to stop, and when the supervisor that started us is gone."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def _leave() -> None:
    """End now: a thread that hangs in a network call holds leases only, and those run out."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def check(options: argparse.Namespace) -> int:
    """Say what is well and what is not; 3 where something is not."""
    from ildsjel.cli.checks import findings

    worst = 0
    for finding in findings():
        print(f"{'ok  ' if finding.well else 'FAIL'} {finding.text}")
        worst = worst if finding.well else 3
    return worst
