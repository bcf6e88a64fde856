"""The platform's streams, made where they are missing and brought up to date where they differ."""

from typing import TYPE_CHECKING

from nats.errors import Error as NatsError
from nats.js import api
from nats.js.errors import NotFoundError

from kaogong.bus import subjects
from kaogong.bus.failures import translated

if TYPE_CHECKING:
    from kaogong.bus.connection import Bus

WEEK_S = 7 * 24 * 3600.0


def stream_configurations(replicas: int = 1) -> list[api.StreamConfig]:
    """UP has no limit of its own: only the broker's disk limit may make it refuse, and then nothing is acknowledged."""
    return [
        api.StreamConfig(
            name=subjects.MQTT_MESSAGES,
            subjects=[f"{subjects.MQTT_COPY}down.>", *subjects.copies(subjects.SPARKPLUG_DOWN)],
            storage=api.StorageType.FILE,
            retention=api.RetentionPolicy.INTEREST,
            num_replicas=replicas,
        ),
        api.StreamConfig(
            name=subjects.UP,
            subjects=[*subjects.UP_SUBJECTS, *subjects.copies(subjects.UP_SUBJECTS)],
            subject_transform=api.SubjectTransform(src=subjects.PARTITION_SOURCE, dest=subjects.PARTITION_TARGET),
            storage=api.StorageType.FILE,
            retention=api.RetentionPolicy.LIMITS,
            discard=api.DiscardPolicy.NEW,
            duplicate_window=120,
            num_replicas=replicas,
        ),
        api.StreamConfig(
            name=subjects.REPLIES,
            subjects=[*subjects.REPLIES_SUBJECTS, *subjects.copies(subjects.REPLIES_SUBJECTS)],
            storage=api.StorageType.FILE,
            discard=api.DiscardPolicy.OLD,
            max_age=WEEK_S,
            max_msgs_per_subject=64,
            num_replicas=replicas,
        ),
        api.StreamConfig(
            name=subjects.SPARKPLUG,
            subjects=[*subjects.SPARKPLUG_SUBJECTS, *subjects.copies(subjects.SPARKPLUG_SUBJECTS)],
            storage=api.StorageType.FILE,
            retention=api.RetentionPolicy.LIMITS,
            discard=api.DiscardPolicy.NEW,
            num_replicas=replicas,
        ),
        api.StreamConfig(
            name=subjects.OVERFLOW,
            subjects=["overflow.>"],
            storage=api.StorageType.FILE,
            discard=api.DiscardPolicy.NEW,
            num_replicas=replicas,
        ),
    ]


async def ensure_streams(bus: "Bus", *, replicas: int = 1) -> None:
    """Make UP, REPLIES, SPARKPLUG and OVERFLOW as DESIGN section 4 wants them; safe to repeat, keeps what they hold."""
    jetstream = bus._jetstream
    try:
        for wanted in stream_configurations(replicas):
            assert wanted.name is not None
            try:
                await jetstream.stream_info(wanted.name)
            except NotFoundError:
                await jetstream.add_stream(wanted)
            else:
                await jetstream.update_stream(wanted)
    except (NatsError, TimeoutError) as err:
        raise translated(err, "streams") from err
