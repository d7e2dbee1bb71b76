"""Learning sentiment from what customers scored and said themselves."""
