"""One ticket as a pure fold over its events (the definitions of the product)."""
