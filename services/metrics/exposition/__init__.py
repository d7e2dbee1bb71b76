"""The durable numbers as Prometheus reads them."""
