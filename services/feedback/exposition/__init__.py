"""The durable numbers of the customer's voice as Prometheus reads them."""
