-- A batch of waveforms that come late for months must not touch more partitions than the engine takes in one insert.
DROP TABLE IF EXISTS waveforms;

-- One row a waveform: `samples` taken `rate` times a second from observed_at on.
CREATE TABLE waveforms
(
    tenant UInt32,
    asset UInt32,
    name LowCardinality(String),
    observed_at DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    device UInt32,
    rate Float64,
    unit LowCardinality(String),
    samples Array(Float32) CODEC(ZSTD(3)),
    received_at DateTime('UTC')
)
ENGINE = ReplacingMergeTree(received_at)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (tenant, asset, name, observed_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 64;
