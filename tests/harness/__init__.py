"""What tests share: the real parts, started; and waiting for conditions."""
