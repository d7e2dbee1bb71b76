"""The one way in which starting locally fails."""


class CannotRun(Exception):
    """What was asked for can't run. The message is the sentence for the person at the terminal: what is
    wrong and what to do about it."""
