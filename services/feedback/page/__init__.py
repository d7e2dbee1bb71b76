"""The survey page: everything that a customer sees."""
