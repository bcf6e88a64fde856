"""What may stand in people's SQL: views, syntax and functions. Whatever is not listed here is refused by name."""

from collections.abc import Mapping


def words(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


NAMED = ("device", "asset", "property", "place")
VIEWS: Mapping[str, tuple[str, ...]] = {
    "readings": (
        "device", "asset", "place", "property", "unit", "observed_at", "value", "exact", "text", "quality", "quality_code", "received_at",
    ),
    "latest": (
        "device", "asset", "place", "property", "unit", "observed_at", "value", "exact", "text", "quality", "quality_code", "received_at",
    ),
    "events": ("device", "name", "observed_at", "payload", "received_at"),
    "waveforms": ("device", "asset", "place", "name", "unit", "observed_at", "rate", "samples", "received_at"),
}  # fmt: skip
COMING = {
    "alarms": "Alarms cannot be asked for in SQL yet; they are listed on their own page.",
}


# No CTE may take one of these names: outside its scope the name would mean the table.
TABLES = (
    words(
        "telemetry latest latest_from_telemetry superseded events dead_letters accounted accounted_ranges ledger_minutes "
        "dead_letter_counts points dirty rollup_1m rollup_1h rollup_1d names marks schema_migrations"
    )
    | VIEWS.keys()
    | COMING.keys()
)

# Classes of the parser's syntax tree.
SYNTAX = words(
    "Select From Join Where Group Having Order Ordered Limit Offset With CTE Subquery Table TableAlias Alias Column Identifier Star "
    "Literal Boolean Null And Or Not Paren EQ NEQ GT GTE LT LTE Like ILike In Between Is Add Sub Mul Div Mod IntDiv Neg Case If Cast "
    "TryCast DataType Tuple Array Bracket Distinct Filter Window WindowSpec Interval Var Exists Anonymous AnonymousAggFunc "
    "CombinedAggFunc ParameterizedAgg CombinedParameterizedAgg DPipe NullSafeEQ DataTypeParam Xor"
)

# Functions the parser knows by a class of their own.
PARSED_FUNCTIONS = words(
    "Abs Acos And AnyValue ArrayMax ArrayMin ArraySlice ArraySum ApproxDistinct ApproxQuantile ArgMax ArgMin Asin Atan Atan2 Avg Case Cast Cbrt Ceil Coalesce Concat Corr "
    "Cos Count CountIf CovarPop CovarSamp CurrentDate CurrentTimestamp Date DateAdd DateDiff DateSub DateTrunc Day DayOfMonth "
    "DayOfWeek DayOfYear DenseRank EndsWith Exp Extract FirstValue Floor Greatest Hour If IsInf IsNan Lag LastValue Lead Least Left "
    "Length Ln Log Lower Max Median Min Minute Month NtileNTile Ntile Nullif Or Percentile Pi Pow Power Quantile Quarter Rank Replace "
    "Right Round RowNumber Second Sign Sin Sqrt StartsWith Stddev StddevPop StddevSamp StrPosition Substring Sum Tan TimeToStr "
    "TimestampAdd TimestampSub TimestampTrunc TryCast Trim Trunc Upper Variance VariancePop Week Xor Year Nvl ToNumber"
)

# Functions the parser only knows by name, as the engine spells them.
_AGGREGATES = words(
    "any anyLast anyHeavy argMax argMin avg avgWeighted boundingRatio corr count covarPop covarSamp deltaSum deltaSumTimestamp "
    "entropy exponentialMovingAverage exponentialTimeDecayedAvg first_value last_value kurtPop kurtSamp max median min quantile "
    "quantileExact quantileTDigest quantileTiming quantiles simpleLinearRegression skewPop skewSamp stddevPop stddevSamp sum sumKahan "
    "uniq uniqExact uniqHLL12 varPop varSamp"
)
_COMBINATORS = ("", "If", "OrNull", "OrDefault", "OrNullIf", "OrDefaultIf", "Distinct")
_PLAIN = words(
    "abs ceil ceiling floor round roundBankers trunc truncate sqrt cbrt exp exp2 exp10 log log2 log10 ln pow power sign sin cos tan "
    "asin acos atan atan2 pi e greatest least intDiv intDivOrZero modulo positiveModulo isNaN isInfinite isFinite ifNotFinite isNull "
    "isNotNull ifNull nullIf coalesce assumeNotNull toNullable if multiIf not and or xor between toInt8 toInt16 toInt32 toInt64 "
    "toUInt8 toUInt16 toUInt32 toUInt64 toFloat32 toFloat64 toFloat64OrNull toFloat64OrZero toInt64OrNull toInt64OrZero toString "
    "toDate toDate32 toDateTime toDateTime64 parseDateTimeBestEffort parseDateTime64BestEffort toUnixTimestamp toUnixTimestamp64Milli "
    "toUnixTimestamp64Micro fromUnixTimestamp fromUnixTimestamp64Milli fromUnixTimestamp64Micro toYear toQuarter toMonth toDayOfYear "
    "toDayOfMonth toDayOfWeek toHour toMinute toSecond toStartOfYear toStartOfQuarter toStartOfMonth toStartOfWeek toStartOfDay "
    "toStartOfHour toStartOfMinute toStartOfSecond toStartOfFiveMinutes toStartOfFiveMinute toStartOfTenMinutes "
    "toStartOfFifteenMinutes toStartOfInterval toMonday toYYYYMM toYYYYMMDD toTime toTimeZone dateDiff date_diff age dateTrunc "
    "date_trunc dateAdd date_add dateSub date_sub addYears addMonths addWeeks addDays addHours addMinutes addSeconds subtractYears "
    "subtractMonths subtractWeeks subtractDays subtractHours subtractMinutes subtractSeconds formatDateTime now now64 today yesterday "
    "timeSlot lower upper length lengthUTF8 substring substringUTF8 concat startsWith endsWith position positionUTF8 trim trimLeft "
    "trimRight replaceAll replaceOne like ilike notLike empty notEmpty bitAnd bitShiftRight JSONExtractFloat JSONExtractInt "
    "JSONExtractUInt JSONExtractBool JSONExtractString JSONHas tuple array lagInFrame leadInFrame lag lead row_number rank dense_rank "
    "ntile nth_value runningDifference arrayMin arrayMax arraySum arrayAvg arraySlice"
)
FUNCTIONS = _PLAIN | {a + c for a in _AGGREGATES for c in _COMBINATORS}
