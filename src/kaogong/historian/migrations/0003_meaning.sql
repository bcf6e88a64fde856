-- What people say of samples, laid over them when they are read: nothing is changed or removed by it, so all of it can be undone.
-- A point is (assets[i], properties[i]); device 0 means whoever spoke. An undone mark stays, with who undid it.
CREATE TABLE marks
(
    tenant UInt32,
    id String,
    kind LowCardinality(String) COMMENT 'bad, deleted, note, entered',
    target String COMMENT 'what was named: device/pump-1, asset/pump-1',
    names Array(String) COMMENT 'keys of the properties',
    device UInt32,
    assets Array(UInt32),
    properties Array(UInt32),
    from_at DateTime64(6, 'UTC'),
    to_at DateTime64(6, 'UTC'),
    text String,
    made_by String,
    made_at DateTime64(3, 'UTC'),
    undone_by String,
    undone_at DateTime64(3, 'UTC') DEFAULT 0,
    version DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

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
PARTITION BY toYYYYMMDD(observed_at)
ORDER BY (tenant, asset, name, observed_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, index_granularity = 64;
