"""From the stream to the store: decoding, the stages a batch goes through, dead letters, accounted ranges.

Owns the reading of UP, its leases and its ledger; may use registry, historian, bus, formats, expressions and core.
Called by its own process (`kaogong ingest`) alone; everybody else sees what it publishes on `samples.0` and what it stored.
"""

from kaogong.ingest.bind import Bind
from kaogong.ingest.derive import Derive
from kaogong.ingest.figures import Figures
from kaogong.ingest.ingest import Ingest
from kaogong.ingest.limits import Limits, TimeWindow
from kaogong.ingest.names import Feed, Names
from kaogong.ingest.pipeline import Pipeline, Prepared

__all__ = ["Bind", "Derive", "Feed", "Figures", "Ingest", "Limits", "Names", "Pipeline", "Prepared", "TimeWindow"]
