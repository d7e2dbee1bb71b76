"""What an error says, fit for a log: without what was to be written."""

from typing import Final

from pymongo.errors import BulkWriteError

_LONGEST: Final = 500


def reason(error: Exception) -> str:
    """What `error` says, in 500 characters at most; of writes in bulk the codes alone, as MongoDB's client
    quotes the documents and so what customers wrote."""
    if isinstance(error, BulkWriteError):
        codes = sorted({str(one.get("code")) for one in error.details.get("writeErrors", ())})
        return f"bulk write refused, codes {', '.join(codes)}"
    return str(error)[:_LONGEST]
