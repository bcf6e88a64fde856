"""What a waveform holds: its amplitude spectrum, and as many samples as a chart draws."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST_DRAWN = 4_000
MOST_LINES = 2_000


def spectrum(samples: Floats, rate: float) -> tuple[Floats, Floats]:
    """Frequencies in Hz and amplitudes (peak, in the unit of the samples): Hann window, mean removed.

    At most `MOST_LINES` lines; where there are more, the highest of each group stands for it, so no peak is lost.
    """
    window = np.hanning(len(samples))
    gain = window.sum() / 2
    amplitudes = np.abs(np.fft.rfft((samples - samples.mean()) * window)) / max(gain, 1e-12)
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    group = -(-len(amplitudes) // MOST_LINES)
    if group == 1:
        return np.asarray(frequencies, np.float64), np.asarray(amplitudes, np.float64)
    starts = np.arange(0, len(amplitudes), group)
    highest = np.array([start + int(np.argmax(amplitudes[start : start + group])) for start in starts])
    return np.asarray(frequencies[highest], np.float64), np.asarray(amplitudes[highest], np.float64)


def drawn(samples: Floats, rate: float) -> tuple[Floats, Floats]:
    """Seconds from the start and values: all of them, or the lowest and highest of each group in their order."""
    group = -(-2 * len(samples) // MOST_DRAWN) if len(samples) > MOST_DRAWN else 1
    if group == 1:
        return np.arange(len(samples)) / rate, samples
    starts = np.arange(0, len(samples), group)
    pairs = [sorted({int(np.argmin(samples[s : s + group])) + s, int(np.argmax(samples[s : s + group])) + s}) for s in starts.tolist()]
    at = np.array([position for pair in pairs for position in pair])
    return at / rate, samples[at]
