"""Waveforms: many samples of one moment."""

from pydantic import Field

from kaogong.api.shapes.base import Moment, Out


class WaveformOut(Out):
    """One waveform as it is listed."""

    name: str
    observed_at: Moment = Field(description="Of the first sample.")
    received_at: Moment
    device: str | None
    rate: float = Field(description="Samples a second.")
    unit: str
    symbol: str
    count: int
    duration_s: float
    rms: float
    peak: float


class Waveforms(Out):
    """Waveforms, newest first."""

    items: list[WaveformOut]


class WaveformView(WaveformOut):
    """One waveform for a chart: at most 4,000 of its samples, lows and highs kept, and its amplitude spectrum."""

    crest: float = Field(description="Peak over root mean square.")
    seconds: list[float]
    values: list[float]
    frequencies: list[float] = Field(description="Hz.")
    amplitudes: list[float] = Field(description="Peak amplitude in the waveform's unit; Hann window.")
