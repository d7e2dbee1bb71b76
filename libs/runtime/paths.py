"""Ids in paths."""

from werkzeug.routing import PathConverter


class AnythingConverter(PathConverter):
    """The rest of the path, whatever it is: ids may begin and end with a slash."""

    part_isolating = False
    regex = r"[\s\S]+"
