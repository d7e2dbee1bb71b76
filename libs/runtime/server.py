"""Serving a web app: gunicorn, one process, many threads, graceful stop."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

Build = Callable[[], tuple[Flask, Callable[[], None]]]


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, build: Build, options: dict[str, Any]) -> None:
        self._build = build
        self._options = options
        self._close: Callable[[], None] | None = None
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)
        self.cfg.set("worker_exit", self._exit)

    def load(self) -> Flask:
        app, self._close = self._build()
        return app

    def _exit(self, _arbiter: Any, _worker: Any) -> None:
        if self._close is not None:
            self._close()


def serve(build: Build, *, host: str, port: int, threads: int) -> None:
    """Serve on `host:port` with `threads` until SIGTERM or SIGINT, then finish the requests under way.

    `build` makes the app and the function that closes its clients. It runs in the serving process: one
    process, because the counters of a process are its own, and because clients don't survive a fork.
    """
    options = {
        "bind": f"{host}:{port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": threads,
        "graceful_timeout": 8,
        "timeout": 60,
        "accesslog": None,
        # Its warnings quote requests that it can't parse, and so secrets in paths and headers.
        "loglevel": "error",
        # Else it writes one into the user's home, the same for all processes, to be commanded through.
        "control_socket_disable": True,
    }
    _Server(build, options).run()
