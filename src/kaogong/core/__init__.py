"""What every room speaks: samples, batches, stages, quality, units, principals, errors, the clock.

Owns no state and does no I/O; imports no other room. Everybody imports it.
"""
