"""One file per protocol; the file's name is the driver's name and `base` is the contract.

A driver knows core, its vendor's library and what several protocols share (`edge/blocks.py`, `exchange.py`, `modbus.py`); no other driver and no timer.
Found by `base.SHELF`, loaded only when a configuration names it, driven by the collector alone.
"""
