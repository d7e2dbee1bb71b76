"""What people and programs ask of the metrics service over HTTP."""
