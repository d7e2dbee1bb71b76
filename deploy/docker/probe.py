"""`probe.py PORT PATH`: exit 0 where this container's own web answers 200, else 1 and why."""

import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 3


def main() -> None:
    """Ask once; what is printed is what `docker inspect` shows of a health check."""
    port, path = sys.argv[1:]
    connection = HTTPConnection("127.0.0.1", int(port), timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read(500).decode(errors="replace")
    except (OSError, HTTPException) as error:
        sys.exit(f"no answer: {error!r}")
    finally:
        connection.close()
    if answer.status != 200:
        sys.exit(f"{answer.status}: {text}")


if __name__ == "__main__":
    main()
