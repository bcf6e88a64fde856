-- The first schema. Key columns can never be altered, so their types are final (docs: DESIGN, "The row").
-- Constant columns cost next to nothing on disk: tenant and device come in runs, received_at repeats within a batch.

CREATE TABLE telemetry
(
    retention_class UInt8 CODEC(ZSTD(1)),
    tenant UInt32 CODEC(T64, ZSTD(1)),
    asset UInt32 CODEC(T64, ZSTD(1)),
    property UInt32 CODEC(T64, ZSTD(1)),
    observed_at DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    value Float64 CODEC(Gorilla, ZSTD(1)),
    exact Int64 CODEC(T64, ZSTD(1)),
    text LowCardinality(String) CODEC(ZSTD(1)),
    quality UInt32 CODEC(T64, ZSTD(1)),
    device UInt32 CODEC(T64, ZSTD(1)),
    received_at DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    batch UInt32 CODEC(DoubleDelta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(received_at)
PARTITION BY (retention_class, toYYYYMMDD(observed_at))
ORDER BY (tenant, asset, property, observed_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE latest
(
    tenant UInt32,
    asset UInt32,
    property UInt32,
    device UInt32,
    observed_at DateTime64(6, 'UTC'),
    value Float64,
    exact Int64,
    text LowCardinality(String),
    quality UInt32,
    received_at DateTime('UTC'),
    version UInt128
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, asset, property)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The version orders by observed_at, then received_at, so a repeat is idempotent and a correction of the newest sample wins.
CREATE MATERIALIZED VIEW latest_from_telemetry TO latest AS
SELECT tenant, asset, property, device, observed_at, value, exact, text, quality, received_at,
    bitShiftLeft(toUInt128(toUnixTimestamp64Micro(observed_at)), 32) + toUnixTimestamp(received_at) AS version
FROM telemetry;

CREATE TABLE superseded
(
    tenant UInt32,
    asset UInt32,
    property UInt32,
    observed_at DateTime64(6, 'UTC'),
    value Float64,
    exact Int64,
    text String,
    quality UInt32,
    device UInt32,
    received_at DateTime('UTC'),
    batch UInt32,
    superseded_at DateTime('UTC'),
    superseded_by UInt32 COMMENT 'device that sent the correction',
    superseded_batch UInt32,
    reason LowCardinality(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(observed_at)
ORDER BY (tenant, asset, property, observed_at, superseded_at, received_at, value, text, quality)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE events
(
    tenant UInt32,
    device UInt32,
    name LowCardinality(String),
    observed_at DateTime64(6, 'UTC'),
    payload String CODEC(ZSTD(3)),
    received_at DateTime('UTC')
)
ENGINE = ReplacingMergeTree(received_at)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (tenant, device, observed_at, name, cityHash64(payload))
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE dead_letters
(
    tenant UInt32,
    device UInt32,
    received_at DateTime64(3, 'UTC'),
    id String,
    reason LowCardinality(String),
    detail String,
    subject String,
    payload String CODEC(ZSTD(3)),
    sequence UInt64,
    replayed_at DateTime64(3, 'UTC') DEFAULT 0
)
ENGINE = ReplacingMergeTree(replayed_at)
PARTITION BY toYYYYMM(received_at)
ORDER BY (tenant, received_at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- A range, its samples by minute and its dead letters by hour are one row, so a batch is accounted for whole or not at all.
-- Folding puts one long row beside short ones and then deletes those: `covered` hides what a longer range contains.
CREATE TABLE accounted
(
    incarnation LowCardinality(String),
    `partition` UInt8,
    first UInt64,
    last UInt64,
    messages UInt64,
    written_at DateTime64(3, 'UTC'),
    minutes Nested (tenant UInt32, minute DateTime('UTC'), outcome LowCardinality(String), samples UInt64),
    letters Nested (tenant UInt32, device UInt32, hour DateTime('UTC'), reason LowCardinality(String), count UInt64)
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (incarnation, `partition`, first, last)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW accounted_ranges AS
SELECT * FROM
(
    SELECT *, max(last) OVER (PARTITION BY incarnation, `partition` ORDER BY first, last DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
    FROM accounted FINAL
)
WHERE last > covered;

CREATE VIEW ledger_minutes AS
SELECT minutes.tenant AS tenant, minutes.minute AS minute, minutes.outcome AS outcome, sum(minutes.samples) AS samples
FROM accounted_ranges ARRAY JOIN minutes
GROUP BY tenant, minute, outcome;

CREATE VIEW dead_letter_counts AS
SELECT letters.tenant AS tenant, letters.device AS device, letters.hour AS hour, letters.reason AS reason, sum(letters.count) AS count
FROM accounted_ranges ARRAY JOIN letters
GROUP BY tenant, device, hour, reason;

-- Which device ever spoke for which point: the way from a device to its history.
CREATE TABLE points
(
    tenant UInt32,
    device UInt32,
    asset UInt32,
    property UInt32
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, device, asset, property)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Marks of what must be recomputed: a time range of one point, or of all points of a tenant (asset 0). An epoch is a minute
-- of the clock; the owner works through old epochs and drops them, so a mark outlives a kill and costs no mutation.
CREATE TABLE dirty
(
    epoch UInt32,
    level UInt32 COMMENT 'seconds of the rollup to recompute: 60, 3600, 86400',
    tenant UInt32,
    asset UInt32,
    property UInt32,
    from_at DateTime('UTC'),
    to_at DateTime('UTC')
)
ENGINE = MergeTree
PARTITION BY epoch
ORDER BY (level, tenant, asset, property)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE rollup_1m
(
    tenant UInt32 CODEC(T64, ZSTD(1)),
    asset UInt32 CODEC(T64, ZSTD(1)),
    property UInt32 CODEC(T64, ZSTD(1)),
    bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    samples UInt32 CODEC(T64, ZSTD(1)),
    usable UInt32 CODEC(T64, ZSTD(1)) COMMENT 'samples with a number and not of bad quality: what the figures are made of',
    good UInt32 CODEC(T64, ZSTD(1)),
    minimum Float64 CODEC(Gorilla, ZSTD(1)),
    maximum Float64 CODEC(Gorilla, ZSTD(1)),
    total Float64 CODEC(Gorilla, ZSTD(1)),
    first Float64 CODEC(Gorilla, ZSTD(1)),
    last Float64 CODEC(Gorilla, ZSTD(1)),
    last_text LowCardinality(String) CODEC(ZSTD(1)),
    last_quality UInt32 CODEC(T64, ZSTD(1)),
    last_device UInt32 CODEC(T64, ZSTD(1)),
    last_received_at DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    computed_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYYYYMM(bucket)
ORDER BY (tenant, asset, property, bucket)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE rollup_1h AS rollup_1m
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(bucket)
ORDER BY (tenant, asset, property, bucket)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE rollup_1d AS rollup_1m
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYear(bucket)
ORDER BY (tenant, asset, property, bucket)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What ids are called, for people's SQL; the owner keeps it in step with the registry.
CREATE TABLE names
(
    tenant UInt32,
    kind LowCardinality(String),
    id UInt32,
    key String,
    unit LowCardinality(String),
    version DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, kind, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
