"""Closing the loop: who has to get in touch after a low score or a negative remark, and whether they did."""
