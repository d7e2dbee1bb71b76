"""The web of the feedback service: the survey page, `/metrics`, scores and what can be done about them."""
