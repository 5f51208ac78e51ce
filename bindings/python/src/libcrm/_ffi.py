# SPDX-License-Identifier: MIT
# Made by bindings/python/generate.py from include/crm: change the headers, then run it with --update.
"""The C interface as ctypes sees it."""

from __future__ import annotations

from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    PyDLL,
    Structure,
    c_char,
    c_char_p,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
    sizeof,
)
from typing import Any, Callable, Dict, Optional, Tuple, Type, TypeVar

CRM_VERSION_MAJOR = 0
CRM_VERSION_MINOR = 1
CRM_VERSION_PATCH = 0
CRM_OK = 0
CRM_ERROR_ARGUMENT = 1
CRM_ERROR_TYPE = 2
CRM_ERROR_SCHEMA = 3
CRM_ERROR_VALUE = 4
CRM_ERROR_RANGE = 5
CRM_ERROR_OVERFLOW = 6
CRM_ERROR_MEMORY = 7
CRM_ERROR_IO = 8
CRM_ERROR_LIMIT = 9
CRM_ERROR_STATE = 10
CRM_ERROR_CONFLICT = 11
CRM_ERROR_NOT_FOUND = 12
CRM_ERROR_CANCELLED = 13
CRM_ERROR_CORRUPT = 14
CRM_ERROR_UNSUPPORTED = 15
CRM_ERROR_VERSION = 16
CRM_ARROW_DECIMAL = 0
CRM_ARROW_MINOR = 1
CRM_COCKPIT_GAUGES = 0
CRM_COCKPIT_ALERTS = 1
CRM_COCKPIT_PARTS_FIGURES = 1
CRM_COCKPIT_PARTS_FINDINGS = 2
CRM_COCKPIT_PARTS_LISTS = 4
CRM_COCKPIT_PARTS_CAUSES = 8
CRM_COMPLETENESS_RULES = 256
CRM_DUE_DUE = 1
CRM_DUE_OVERDUE = 2
CRM_DUE_LOSING = 4
CRM_DUE_DORMANT = 8
CRM_EFFECT_DAYS = 3660
CRM_EFFECT_FIELDS = 8
CRM_FILE_READ = 0
CRM_FILE_WRITE = 1
CRM_FILE_CREATE = 2
CRM_CONTENT_ALL = 0
CRM_CONTENT_PROFILES = 1
CRM_LANGUAGE_ENGLISH = 0
CRM_LANGUAGE_CHINESE = 1
CRM_IO_SURVIVES_PROCESS = 1
CRM_IO_SURVIVES_POWER = 2
CRM_IO_NAMES_SURVIVE = 4
CRM_IO_ATOMIC_REPLACE = 8
CRM_IO_LOCKS = 16
CRM_DURABILITY_NONE = 0
CRM_DURABILITY_PROCESS_CRASH = 1
CRM_DURABILITY_POWER_LOSS = 2
CRM_IO_READ = 0
CRM_IO_WRITE = 1
CRM_IO_CREATE = 2
CRM_KPI_MONEY = 0
CRM_KPI_COUNT = 1
CRM_KPI_RATE = 2
CRM_KPI_RATIO = 3
CRM_KPI_DAYS = 4
CRM_KPI_YEARLY = 5
CRM_KPI_UP = 0
CRM_KPI_DOWN = 1
CRM_KPI_BAND = 2
CRM_KPI_OK = 0
CRM_KPI_UNDEFINED = 1
CRM_KPI_INSUFFICIENT = 2
CRM_KPI_NO_FACTS = 3
CRM_KPI_INCOMPLETE = 4
CRM_KPI_OVERFLOW = 5
CRM_KPI_TOGETHER = 0
CRM_KPI_BY_BRANCH = 1
CRM_KPI_BY_STAFF = 2
CRM_KPI_BY_TEAM = 3
CRM_KPI_BY_ROLE = 4
CRM_KPI_PERIODS = 512
CRM_STAGE_NONE = -1
CRM_STAGE_SUSPECT = 0
CRM_STAGE_PROSPECT = 1
CRM_STAGE_OPPORTUNITY = 2
CRM_STAGE_CUSTOMER = 3
CRM_STAGE_REPEAT = 4
CRM_STAGE_REACTIVATED = 5
CRM_STAGE_DORMANT = 6
CRM_STAGE_LOST = 7
CRM_STAGES = 8
CRM_DELIMITER_BLANK = 1
CRM_ENCODING_UTF8 = 0
CRM_ENCODING_LATIN1 = 1
CRM_DOCUMENT_COLUMN = 0
CRM_DOCUMENT_ROW = 1
CRM_DOCUMENT_CUSTOMER_TIME = 2
CRM_ORGANISATION_BY_TEAM = 0
CRM_ORGANISATION_BY_ROLE = 1
CRM_CUT_CEIL = 0
CRM_CUT_FLOOR = 1
CRM_CUT_HALF_UP = 2
CRM_TIES_TOGETHER = 0
CRM_TIES_SPLIT = 1
CRM_MEASURE_SPEND = 0
CRM_MEASURE_PROFIT = 1
CRM_MEASURE_OCCASIONS = 2
CRM_PYRAMID_SHARES = 16
CRM_TIME_UNSET_FROM = -9223372036854775808
CRM_TIME_UNSET_TO = 9223372036854775807
CRM_DAY = 86400000000
CRM_MONEY_NET = 0
CRM_MONEY_SALES = 1
CRM_MONEY_TAXED = 2
CRM_REFUNDS_REFUND_DAY = 0
CRM_REFUNDS_SALE_DAY = 1
CRM_OCCASIONS_EACH = 0
CRM_OCCASIONS_DAY = 1
CRM_PERIOD_MONTH = 0
CRM_PERIOD_DAY = 1
CRM_PERIOD_WEEK = 2
CRM_PERIOD_QUARTER = 3
CRM_PERIOD_YEAR = 4
CRM_PERIOD_TABLE = 5
CRM_WEEKDAY_MONDAY = 0
CRM_WEEKDAY_SUNDAY = 6
CRM_SEGMENT_BYTES = 65536
CRM_SEGMENT_DEPTH = 64
CRM_SEGMENT_NAMED = 256
CRM_RETURNS_AUTO = 0
CRM_RETURNS_KIND = 1
CRM_RETURNS_SIGN = 2
CRM_TYPE_INTEGER = 1
CRM_TYPE_DECIMAL = 2
CRM_TYPE_MONEY = 3
CRM_TYPE_TIME = 4
CRM_TYPE_DATE = 5
CRM_TYPE_TEXT = 6
CRM_TYPE_BOOLEAN = 7
CRM_TARGET_SUPPRESSIONS = 64
CRM_WINDOW_ALL = 0
CRM_WINDOW_DAYS = 1
CRM_WINDOW_YEAR = 2
CRM_WINDOW_MEMBERSHIP = 3
CRM_SALE_SALE = 0
CRM_SALE_RETURN = 1
CRM_BUYER_NONE = 0
CRM_BUYER_FIRST = 1
CRM_BUYER_REPEAT = 2
CRM_VIEW_PARTS_FIGURES = 1
CRM_VIEW_PARTS_FACTS = 2


class crm_cockpit(Structure):
    """A handle; what is behind it is the library's."""


class crm_context(Structure):
    """A handle; what is behind it is the library's."""


class crm_kpi(Structure):
    """A handle; what is behind it is the library's."""


class crm_lifecycle(Structure):
    """A handle; what is behind it is the library's."""


class crm_load(Structure):
    """A handle; what is behind it is the library's."""


class crm_pyramid(Structure):
    """A handle; what is behind it is the library's."""


class crm_segment(Structure):
    """A handle; what is behind it is the library's."""


class crm_summary(Structure):
    """A handle; what is behind it is the library's."""


class crm_store(Structure):
    """A handle; what is behind it is the library's."""


class crm_table(Structure):
    """A handle; what is behind it is the library's."""


class crm_till(Structure):
    """A handle; what is behind it is the library's."""


class ArrowSchema(Structure):
    """A type, as the Arrow C data interface lays it out."""


ArrowSchema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(ArrowSchema))),
    ("dictionary", POINTER(ArrowSchema)),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


class ArrowArray(Structure):
    """Values, as the Arrow C data interface lays them out."""


ArrowArray._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(ArrowArray))),
    ("dictionary", POINTER(ArrowArray)),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


class ArrowArrayStream(Structure):
    """A stream of arrays, as the Arrow C stream interface lays it out."""

    _fields_ = [
        ("get_schema", c_void_p),
        ("get_next", c_void_p),
        ("get_last_error", c_void_p),
        ("release", c_void_p),
        ("private_data", c_void_p),
    ]


crm_allocate = CFUNCTYPE(c_void_p, c_void_p, c_void_p, c_size_t, c_size_t)


crm_zone = CFUNCTYPE(c_int32, c_void_p, c_char_p, c_int64, POINTER(c_int64), POINTER(c_int64), POINTER(c_int64))


crm_task = CFUNCTYPE(None, c_void_p, c_int64)


crm_watch = CFUNCTYPE(c_int32, c_void_p, c_int64, c_int64)


crm_progress = CFUNCTYPE(c_int32, c_void_p, c_int64, c_int64)


class crm_error(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("status", c_int32),
        ("row", c_int64),
        ("byte", c_int64),
        ("table", c_char * 32),
        ("column", c_char * 64),
        ("message", c_char * 256),
    ]


class crm_config(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("allocate", crm_allocate),
        ("allocate_context", c_void_p),
        ("memory_limit", c_uint64),
    ]


class crm_source(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("context", c_void_p),
        ("read", CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t, POINTER(c_size_t))),
    ]


class crm_sink(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("context", c_void_p),
        ("write", CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t)),
    ]


class crm_bridge_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("top", c_int32),
        ("before_from", c_int64),
        ("before_to", c_int64),
    ]


class crm_snapshot(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("gauges", POINTER(crm_table)),
        ("series", POINTER(crm_table)),
        ("alerts", POINTER(crm_table)),
        ("findings", POINTER(crm_table)),
        ("lists", POINTER(crm_table)),
        ("causes", POINTER(crm_table)),
    ]


class crm_cohorts_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("rolling_days", c_int32),
    ]


class crm_completeness_rule(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("weight", c_int32),
        ("field", c_char_p),
        ("section", c_char_p),
        ("max_days", c_int32),
        ("half_life_days", c_int32),
    ]


class crm_completeness_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("rule_size", c_uint32),
        ("rules", POINTER(crm_completeness_rule)),
        ("rule_count", c_int64),
        ("idle_days", c_int32),
        ("reserved", c_int32),
    ]


class crm_executor(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("workers", c_uint32),
        ("context", c_void_p),
        ("run", CFUNCTYPE(c_int32, c_void_p, c_int64, crm_task, c_void_p)),
    ]


class crm_context_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("executor", POINTER(crm_executor)),
        ("watch", crm_watch),
        ("watch_context", c_void_p),
    ]


class crm_conversion_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("horizon_days", c_int32),
        ("by", c_char_p),
    ]


class crm_due_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reasons", c_int32),
        ("gaps", c_int32),
        ("ahead_days", c_int32),
        ("tolerance", c_int32),
        ("window_days", c_int32),
        ("drop", c_int32),
        ("key_share", c_int32),
        ("dormant_days", c_int32),
        ("reserved", c_uint32),
    ]


class crm_file_info(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("mode", c_int32),
        ("content", c_int32),
        ("durability", c_int32),
        ("failed", c_int32),
        ("fallback", c_int32),
        ("commit", c_int64),
        ("newest", c_int64),
        ("commits_replayed", c_int64),
        ("bytes", c_int64),
        ("checkpoint_bytes", c_int64),
    ]


class crm_funnel_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("horizon_days", c_int32),
        ("pipeline", c_char_p),
    ]


class crm_io(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("caps", c_uint32),
        ("context", c_void_p),
        ("open", CFUNCTYPE(c_int32, c_void_p, c_char_p, c_int32, POINTER(c_void_p))),
        ("close", CFUNCTYPE(c_int32, c_void_p, c_void_p)),
        ("read_at", CFUNCTYPE(c_int32, c_void_p, c_void_p, c_uint64, c_void_p, c_size_t, POINTER(c_size_t))),
        ("write_at", CFUNCTYPE(c_int32, c_void_p, c_void_p, c_uint64, c_void_p, c_size_t)),
        ("size", CFUNCTYPE(c_int32, c_void_p, c_void_p, POINTER(c_uint64))),
        ("sync", CFUNCTYPE(c_int32, c_void_p, c_void_p)),
        ("replace", CFUNCTYPE(c_int32, c_void_p, c_char_p, c_char_p)),
        ("sync_names", CFUNCTYPE(c_int32, c_void_p, c_char_p)),
        ("remove", CFUNCTYPE(c_int32, c_void_p, c_char_p)),
        ("lock", CFUNCTYPE(c_int32, c_void_p, c_char_p, POINTER(c_void_p))),
        ("unlock", CFUNCTYPE(c_int32, c_void_p, c_void_p)),
        ("map", CFUNCTYPE(c_int32, c_void_p, c_void_p, c_uint64, c_size_t, POINTER(c_void_p))),
        ("unmap", CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t)),
    ]


class crm_journey_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("horizon_days", c_int32),
        ("pipeline", c_char_p),
        ("by", c_char_p),
    ]


class crm_kpi_info(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("unit", c_int32),
        ("direction", c_int32),
        ("level", c_int32),
        ("revision", c_int32),
        ("interval", c_int32),
        ("id", c_char_p),
        ("name", c_char_p),
        ("name_zh", c_char_p),
        ("numerator", c_char_p),
        ("denominator", c_char_p),
        ("formula", c_char_p),
        ("inputs", c_char_p),
    ]


class crm_kpi_value(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("status", c_int32),
        ("value", c_int64),
        ("numerator", c_int64),
        ("denominator", c_int64),
        ("n", c_int64),
        ("low", c_int64),
        ("high", c_int64),
        ("previous", c_int64),
        ("change", c_int64),
        ("year_before", c_int64),
        ("year_change", c_int64),
        ("complete", c_int32),
        ("first_day", c_int32),
    ]


class crm_lifecycle_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("dormant_days", c_int32),
        ("lost_days", c_int32),
        ("horizon_days", c_int32),
        ("natural", c_char_p),
    ]


class crm_cockpit_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("language", c_int32),
        ("role", c_char_p),
        ("periods", c_int32),
        ("running", c_int32),
        ("parts", c_int32),
        ("reserved", c_uint32),
        ("lifecycle", POINTER(crm_lifecycle_options)),
    ]


class crm_findings_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("language", c_int32),
        ("lifecycle", POINTER(crm_lifecycle_options)),
    ]


class crm_kpi_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("periods", c_int32),
        ("running", c_int32),
        ("group", c_int32),
        ("like_for_like", c_int32),
        ("least_cases", c_int32),
        ("kpis", POINTER(c_char_p)),
        ("kpi_count", c_int64),
        ("feasts", POINTER(c_int32)),
        ("feasts_before", POINTER(c_int32)),
        ("feast_count", c_int64),
        ("lifecycle", POINTER(crm_lifecycle_options)),
    ]


class crm_kpi_evidence_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("denominator", c_int32),
        ("kpi", c_char_p),
        ("period", c_char_p),
        ("limit", c_int64),
        ("lifecycle", POINTER(crm_lifecycle_options)),
    ]


class crm_life_limits(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("dormant_days", c_int32),
        ("lost_days", c_int32),
        ("suggested_dormant", c_int32),
        ("suggested_lost", c_int32),
        ("reserved", c_int32),
        ("gaps", c_int64),
    ]


class crm_refill_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("cost", c_int64),
        ("figure", c_char_p),
    ]


class crm_extension_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("horizon_days", c_int32),
        ("at", c_int64),
        ("treated", POINTER(crm_segment)),
        ("control", POINTER(crm_segment)),
        ("least_cases", c_int32),
        ("reserved", c_uint32),
    ]


class crm_life_standing(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("stage", c_int32),
        ("name", c_char_p),
        ("entered", c_int64),
        ("step", c_int32),
        ("days", c_int32),
        ("idle_days", c_int32),
        ("dormant_in", c_int32),
        ("cause", c_char_p),
    ]


class crm_load_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("replace", c_int32),
        ("all_or_nothing", c_int32),
        ("reserved", c_uint32),
        ("context", POINTER(crm_context)),
    ]


class crm_pair(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("text", c_char_p),
    ]


class crm_arrow(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("document", c_int32),
        ("map", POINTER(crm_pair)),
        ("map_count", c_int64),
        ("set", POINTER(crm_pair)),
        ("set_count", c_int64),
        ("time_format", c_char_p),
        ("decimal", c_int32),
        ("minor", c_int32),
        ("zone", crm_zone),
        ("zone_context", c_void_p),
    ]


class crm_csv(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("delimiter", c_int32),
        ("decimal", c_int32),
        ("encoding", c_int32),
        ("time_format", c_char_p),
        ("header", POINTER(c_char_p)),
        ("header_count", c_int64),
        ("map", POINTER(crm_pair)),
        ("map_count", c_int64),
        ("set", POINTER(crm_pair)),
        ("set_count", c_int64),
        ("document", c_int32),
        ("reserved", c_uint32),
        ("record_limit", c_uint64),
        ("file", c_char_p),
    ]


class crm_load_counts(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("ignored_columns", c_int32),
        ("rows", c_int64),
        ("accepted", c_int64),
        ("duplicate", c_int64),
        ("rejected", c_int64),
        ("rounded", c_int64),
        ("amount_in", c_int64),
        ("amount_accepted", c_int64),
    ]


class crm_organisation_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("by", c_int32),
    ]


class crm_handovers_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("days", c_int32),
    ]


class crm_products_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("a_share", c_int32),
        ("b_share", c_int32),
        ("without_buyers", c_int32),
    ]


class crm_pyramid_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("cut", c_int32),
        ("ties", c_int32),
        ("measure", c_int32),
        ("shares", POINTER(c_int32)),
        ("share_count", c_int64),
    ]


class crm_classes_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("ticket_percent", c_int32),
        ("hours_percent", c_int32),
        ("variation", c_int32),
        ("least_signs", c_int32),
        ("reserved", c_int32),
        ("pyramid", POINTER(crm_pyramid_options)),
    ]


class crm_migration_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("value_tiers", c_int32),
        ("pyramid", POINTER(crm_pyramid_options)),
    ]


class crm_standing(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("tier", c_int32),
        ("name", c_char_p),
        ("rank", c_int64),
        ("population", c_int64),
        ("value", c_int64),
        ("gap", c_int64),
        ("margin", c_int64),
    ]


class crm_rfm_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("ties", c_int32),
        ("recency_cuts", POINTER(c_int64)),
        ("frequency_cuts", POINTER(c_int64)),
        ("monetary_cuts", POINTER(c_int64)),
        ("segments", POINTER(c_char_p)),
    ]


class crm_composition_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("by", c_char_p),
        ("by_bands", c_char_p),
        ("across", c_char_p),
        ("across_bands", c_char_p),
        ("pyramid", POINTER(crm_pyramid_options)),
        ("rfm", POINTER(crm_rfm_options)),
        ("lifecycle", POINTER(crm_lifecycle_options)),
        ("classes", POINTER(crm_classes_options)),
    ]


class crm_effect_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("days", c_int32),
        ("at", c_int64),
        ("treated", POINTER(crm_segment)),
        ("control", POINTER(crm_segment)),
        ("match", c_char_p),
        ("measure", c_int32),
        ("least_cases", c_int32),
        ("pyramid", POINTER(crm_pyramid_options)),
        ("rfm", POINTER(crm_rfm_options)),
        ("lifecycle", POINTER(crm_lifecycle_options)),
        ("classes", POINTER(crm_classes_options)),
    ]


class crm_scope(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("money", c_int32),
        ("from_", c_int64),
        ("to", c_int64),
        ("as_of", c_int64),
        ("refunds", c_int32),
        ("occasions", c_int32),
        ("branches", POINTER(c_char_p)),
        ("branch_count", c_int64),
        ("context", POINTER(crm_context)),
        ("internal", c_int32),
        ("accounts", c_int32),
        ("segment", POINTER(crm_segment)),
        ("summary", POINTER(crm_summary)),
    ]


class crm_calendar(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("period", c_int32),
        ("week_start", c_int32),
        ("fiscal_start", c_int32),
        ("starts", POINTER(c_int32)),
        ("labels", POINTER(c_char_p)),
        ("count", c_int64),
    ]


class crm_segment_definition(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("name", c_char_p),
        ("expression", c_char_p),
    ]


class crm_segment_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("definition_size", c_uint32),
        ("expression", c_char_p),
        ("definitions", POINTER(crm_segment_definition)),
        ("definition_count", c_int64),
        ("pyramid", POINTER(crm_pyramid_options)),
        ("rfm", POINTER(crm_rfm_options)),
        ("lifecycle", POINTER(crm_lifecycle_options)),
        ("classes", POINTER(crm_classes_options)),
    ]


class crm_store_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("digits", c_int32),
        ("quantity_digits", c_int32),
        ("returns", c_int32),
        ("day_start", c_int64),
        ("currency", c_char_p),
        ("anonymous", POINTER(c_char_p)),
        ("anonymous_count", c_int64),
    ]


class crm_file_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("mode", c_int32),
        ("content", c_int32),
        ("durability", c_int32),
        ("io", POINTER(crm_io)),
        ("store", POINTER(crm_store_options)),
    ]


class crm_column(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("type", c_int32),
        ("name", c_char_p),
        ("scale", c_int32),
        ("reserved", c_uint32),
        ("rows", c_int64),
        ("nulls", c_int64),
        ("values", c_void_p),
        ("validity", POINTER(c_uint8)),
        ("offsets", POINTER(c_int64)),
        ("bytes", c_void_p),
    ]


class crm_batch(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("column_size", c_uint32),
        ("columns", POINTER(crm_column)),
        ("column_count", c_int64),
        ("rows", c_int64),
        ("first_row", c_int64),
    ]


class crm_text_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("color", c_int32),
        ("labels", POINTER(c_char_p)),
        ("rows", c_int64),
        ("more", c_char_p),
    ]


class crm_target_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("definition_size", c_uint32),
        ("expression", c_char_p),
        ("definitions", POINTER(crm_segment_definition)),
        ("definition_count", c_int64),
        ("suppressions", POINTER(crm_segment_definition)),
        ("suppression_count", c_int64),
        ("household", c_char_p),
        ("keys", POINTER(c_char_p)),
        ("key_count", c_int64),
        ("pyramid", POINTER(crm_pyramid_options)),
        ("rfm", POINTER(crm_rfm_options)),
        ("lifecycle", POINTER(crm_lifecycle_options)),
        ("classes", POINTER(crm_classes_options)),
    ]


class crm_till_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("window", c_int32),
        ("days", c_int32),
        ("periods", c_int32),
        ("pyramid", POINTER(crm_pyramid_options)),
        ("limits", POINTER(c_int64)),
        ("limit_count", c_int64),
        ("rfm", POINTER(crm_rfm_options)),
        ("cockpit", POINTER(crm_cockpit)),
        ("calendar", POINTER(crm_calendar)),
        ("role", c_char_p),
    ]


class crm_sale(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("kind", c_int32),
        ("customer", c_char_p),
        ("document", c_char_p),
        ("source", c_char_p),
        ("time", c_int64),
        ("amount", c_int64),
    ]


class crm_customer_standing(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("tier", c_int32),
        ("name", c_char_p),
        ("rank", c_int64),
        ("population", c_int64),
        ("spend", c_int64),
        ("gap", c_int64),
        ("margin", c_int64),
        ("total", c_int64),
        ("share", c_int64),
        ("orders", c_int64),
        ("buyers", c_int64),
        ("r", c_int32),
        ("f", c_int32),
        ("m", c_int32),
        ("recency_days", c_int32),
        ("first", c_int32),
        ("last", c_int32),
        ("stage", c_int32),
        ("stage_before", c_int32),
        ("name_before", c_char_p),
        ("tier_before", c_int32),
        ("r_before", c_int32),
        ("f_before", c_int32),
        ("m_before", c_int32),
        ("rank_before", c_int64),
        ("spend_before", c_int64),
        ("orders_before", c_int64),
        ("gauges_moved", c_int32),
        ("alerts_moved", c_int32),
    ]


class crm_till_moved(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("what", c_int32),
        ("id", c_char_p),
        ("kpi", c_char_p),
        ("value_before", c_int64),
        ("value", c_int64),
        ("state_before", c_char_p),
        ("state", c_char_p),
    ]


class crm_reach(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("attainable", c_int32),
        ("needed", c_int64),
        ("spend", c_int64),
        ("missing", c_int64),
        ("visits", c_int64),
        ("day", c_int32),
        ("kept", c_int32),
    ]


class crm_view_options(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("parts", c_int32),
        ("pyramid", POINTER(crm_pyramid_options)),
        ("rfm", POINTER(crm_rfm_options)),
        ("lifecycle", POINTER(crm_lifecycle_options)),
        ("due", POINTER(crm_due_options)),
        ("classes", POINTER(crm_classes_options)),
    ]


class crm_view(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("profile", POINTER(crm_table)),
        ("life", POINTER(crm_table)),
        ("customer", POINTER(crm_table)),
        ("keys", POINTER(crm_table)),
        ("documents", POINTER(crm_table)),
        ("opportunities", POINTER(crm_table)),
        ("stages", POINTER(crm_table)),
        ("interactions", POINTER(crm_table)),
        ("payments", POINTER(crm_table)),
        ("ownership", POINTER(crm_table)),
        ("changes", POINTER(crm_table)),
    ]


STRUCTS: Dict[str, Type[Structure]] = {
    "crm_arrow": crm_arrow,
    "crm_batch": crm_batch,
    "crm_bridge_options": crm_bridge_options,
    "crm_calendar": crm_calendar,
    "crm_classes_options": crm_classes_options,
    "crm_cockpit_options": crm_cockpit_options,
    "crm_cohorts_options": crm_cohorts_options,
    "crm_column": crm_column,
    "crm_completeness_options": crm_completeness_options,
    "crm_completeness_rule": crm_completeness_rule,
    "crm_composition_options": crm_composition_options,
    "crm_config": crm_config,
    "crm_context_options": crm_context_options,
    "crm_conversion_options": crm_conversion_options,
    "crm_csv": crm_csv,
    "crm_customer_standing": crm_customer_standing,
    "crm_due_options": crm_due_options,
    "crm_effect_options": crm_effect_options,
    "crm_error": crm_error,
    "crm_executor": crm_executor,
    "crm_extension_options": crm_extension_options,
    "crm_file_info": crm_file_info,
    "crm_file_options": crm_file_options,
    "crm_findings_options": crm_findings_options,
    "crm_funnel_options": crm_funnel_options,
    "crm_handovers_options": crm_handovers_options,
    "crm_io": crm_io,
    "crm_journey_options": crm_journey_options,
    "crm_kpi_evidence_options": crm_kpi_evidence_options,
    "crm_kpi_info": crm_kpi_info,
    "crm_kpi_options": crm_kpi_options,
    "crm_kpi_value": crm_kpi_value,
    "crm_life_limits": crm_life_limits,
    "crm_life_standing": crm_life_standing,
    "crm_lifecycle_options": crm_lifecycle_options,
    "crm_load_counts": crm_load_counts,
    "crm_load_options": crm_load_options,
    "crm_migration_options": crm_migration_options,
    "crm_organisation_options": crm_organisation_options,
    "crm_pair": crm_pair,
    "crm_products_options": crm_products_options,
    "crm_pyramid_options": crm_pyramid_options,
    "crm_reach": crm_reach,
    "crm_refill_options": crm_refill_options,
    "crm_rfm_options": crm_rfm_options,
    "crm_sale": crm_sale,
    "crm_scope": crm_scope,
    "crm_segment_definition": crm_segment_definition,
    "crm_segment_options": crm_segment_options,
    "crm_sink": crm_sink,
    "crm_snapshot": crm_snapshot,
    "crm_source": crm_source,
    "crm_standing": crm_standing,
    "crm_store_options": crm_store_options,
    "crm_target_options": crm_target_options,
    "crm_text_options": crm_text_options,
    "crm_till_moved": crm_till_moved,
    "crm_till_options": crm_till_options,
    "crm_view": crm_view,
    "crm_view_options": crm_view_options,
}

INITIAL: Dict[str, Tuple[Tuple[str, Any], ...]] = {
    "crm_arrow": (("struct_size", sizeof(crm_arrow)),),
    "crm_batch": (("struct_size", sizeof(crm_batch)), ("column_size", sizeof(crm_column))),
    "crm_bridge_options": (("struct_size", sizeof(crm_bridge_options)), ("before_from", -9223372036854775808), ("before_to", 9223372036854775807)),
    "crm_calendar": (("struct_size", sizeof(crm_calendar)),),
    "crm_classes_options": (("struct_size", sizeof(crm_classes_options)),),
    "crm_cockpit_options": (("struct_size", sizeof(crm_cockpit_options)),),
    "crm_cohorts_options": (("struct_size", sizeof(crm_cohorts_options)),),
    "crm_column": (("struct_size", sizeof(crm_column)),),
    "crm_completeness_options": (("struct_size", sizeof(crm_completeness_options)), ("rule_size", sizeof(crm_completeness_rule))),
    "crm_completeness_rule": (("struct_size", sizeof(crm_completeness_rule)),),
    "crm_composition_options": (("struct_size", sizeof(crm_composition_options)),),
    "crm_config": (("struct_size", sizeof(crm_config)),),
    "crm_context_options": (("struct_size", sizeof(crm_context_options)),),
    "crm_conversion_options": (("struct_size", sizeof(crm_conversion_options)),),
    "crm_csv": (("struct_size", sizeof(crm_csv)),),
    "crm_customer_standing": (("struct_size", sizeof(crm_customer_standing)),),
    "crm_due_options": (("struct_size", sizeof(crm_due_options)), ("reasons", 15), ("gaps", 3), ("ahead_days", 7), ("tolerance", 50), ("window_days", 364), ("drop", 4000), ("key_share", 500)),
    "crm_effect_options": (("struct_size", sizeof(crm_effect_options)), ("at", 9223372036854775807)),
    "crm_error": (("struct_size", sizeof(crm_error)), ("byte", -1)),
    "crm_executor": (("struct_size", sizeof(crm_executor)),),
    "crm_extension_options": (("struct_size", sizeof(crm_extension_options)), ("at", 9223372036854775807)),
    "crm_file_info": (("struct_size", sizeof(crm_file_info)), ("mode", -1)),
    "crm_file_options": (("struct_size", sizeof(crm_file_options)),),
    "crm_findings_options": (("struct_size", sizeof(crm_findings_options)),),
    "crm_funnel_options": (("struct_size", sizeof(crm_funnel_options)),),
    "crm_handovers_options": (("struct_size", sizeof(crm_handovers_options)),),
    "crm_io": (("struct_size", sizeof(crm_io)),),
    "crm_journey_options": (("struct_size", sizeof(crm_journey_options)),),
    "crm_kpi_evidence_options": (("struct_size", sizeof(crm_kpi_evidence_options)),),
    "crm_kpi_info": (("struct_size", sizeof(crm_kpi_info)),),
    "crm_kpi_options": (("struct_size", sizeof(crm_kpi_options)),),
    "crm_kpi_value": (("struct_size", sizeof(crm_kpi_value)),),
    "crm_life_limits": (("struct_size", sizeof(crm_life_limits)),),
    "crm_life_standing": (("struct_size", sizeof(crm_life_standing)),),
    "crm_lifecycle_options": (("struct_size", sizeof(crm_lifecycle_options)),),
    "crm_load_counts": (("struct_size", sizeof(crm_load_counts)),),
    "crm_load_options": (("struct_size", sizeof(crm_load_options)),),
    "crm_migration_options": (("struct_size", sizeof(crm_migration_options)),),
    "crm_organisation_options": (("struct_size", sizeof(crm_organisation_options)),),
    "crm_pair": (),
    "crm_products_options": (("struct_size", sizeof(crm_products_options)),),
    "crm_pyramid_options": (("struct_size", sizeof(crm_pyramid_options)),),
    "crm_reach": (("struct_size", sizeof(crm_reach)),),
    "crm_refill_options": (("struct_size", sizeof(crm_refill_options)), ("cost", -9223372036854775808)),
    "crm_rfm_options": (("struct_size", sizeof(crm_rfm_options)),),
    "crm_sale": (("struct_size", sizeof(crm_sale)),),
    "crm_scope": (("struct_size", sizeof(crm_scope)), ("from_", -9223372036854775808), ("to", 9223372036854775807), ("as_of", 9223372036854775807)),
    "crm_segment_definition": (("struct_size", sizeof(crm_segment_definition)),),
    "crm_segment_options": (("struct_size", sizeof(crm_segment_options)), ("definition_size", sizeof(crm_segment_definition))),
    "crm_sink": (("struct_size", sizeof(crm_sink)),),
    "crm_snapshot": (("struct_size", sizeof(crm_snapshot)),),
    "crm_source": (("struct_size", sizeof(crm_source)),),
    "crm_standing": (("struct_size", sizeof(crm_standing)),),
    "crm_store_options": (("struct_size", sizeof(crm_store_options)), ("digits", 2), ("quantity_digits", 3)),
    "crm_target_options": (("struct_size", sizeof(crm_target_options)), ("definition_size", sizeof(crm_segment_definition))),
    "crm_text_options": (("struct_size", sizeof(crm_text_options)),),
    "crm_till_moved": (("struct_size", sizeof(crm_till_moved)),),
    "crm_till_options": (("struct_size", sizeof(crm_till_options)),),
    "crm_view": (("struct_size", sizeof(crm_view)),),
    "crm_view_options": (("struct_size", sizeof(crm_view_options)),),
}


class Functions:
    """The functions of a library, each with its types."""

    crm_accounts_sites: Callable[..., int]
    crm_bridge_compute: Callable[..., int]
    crm_classes_calibration: Callable[..., int]
    crm_classes_compute: Callable[..., int]
    crm_classes_corporate: Callable[..., int]
    crm_cockpit_builtin: Callable[..., int]
    crm_cockpit_create: Callable[..., int]
    crm_cockpit_evaluate: Callable[..., int]
    crm_cockpit_free: Callable[..., None]
    crm_cockpit_problems: Callable[..., int]
    crm_cockpit_read: Callable[..., int]
    crm_cockpit_read_file: Callable[..., int]
    crm_cockpit_roles: Callable[..., int]
    crm_cockpit_table: Callable[..., int]
    crm_cohorts_compute: Callable[..., int]
    crm_completeness_changes: Callable[..., int]
    crm_completeness_columns: Callable[..., int]
    crm_completeness_customers: Callable[..., int]
    crm_completeness_dossiers: Callable[..., int]
    crm_completeness_freshness: Callable[..., int]
    crm_completeness_idle: Callable[..., int]
    crm_completeness_static: Callable[..., int]
    crm_composition_compute: Callable[..., int]
    crm_composition_concentration: Callable[..., int]
    crm_composition_spending: Callable[..., int]
    crm_context_configure: Callable[..., int]
    crm_context_create: Callable[..., int]
    crm_context_free: Callable[..., None]
    crm_conversion_compute: Callable[..., int]
    crm_due_compute: Callable[..., int]
    crm_effect_compute: Callable[..., int]
    crm_effect_coverage: Callable[..., int]
    crm_effect_strata: Callable[..., int]
    crm_findings_compute: Callable[..., int]
    crm_funnel_compute: Callable[..., int]
    crm_identity_aliases: Callable[..., int]
    crm_identity_erase: Callable[..., int]
    crm_identity_forget: Callable[..., int]
    crm_io_durability: Callable[..., int]
    crm_io_selftest: Callable[..., int]
    crm_io_stdio: Callable[..., None]
    crm_journey_history: Callable[..., int]
    crm_journey_members: Callable[..., int]
    crm_journey_stages: Callable[..., int]
    crm_kpi_compute: Callable[..., int]
    crm_kpi_count: Callable[..., int]
    crm_kpi_evidence: Callable[..., int]
    crm_kpi_find: Callable[..., int]
    crm_kpi_free: Callable[..., None]
    crm_kpi_info_at: Callable[..., int]
    crm_kpi_info_find: Callable[..., int]
    crm_kpi_registry: Callable[..., int]
    crm_kpi_table: Callable[..., int]
    crm_lifecycle_bucket: Callable[..., int]
    crm_lifecycle_churn: Callable[..., int]
    crm_lifecycle_compute: Callable[..., int]
    crm_lifecycle_extension: Callable[..., int]
    crm_lifecycle_find: Callable[..., int]
    crm_lifecycle_free: Callable[..., None]
    crm_lifecycle_history: Callable[..., int]
    crm_lifecycle_limits: Callable[..., int]
    crm_lifecycle_members: Callable[..., int]
    crm_lifecycle_reasons: Callable[..., int]
    crm_lifecycle_reasons_by_period: Callable[..., int]
    crm_lifecycle_refill: Callable[..., int]
    crm_lifecycle_snapshot: Callable[..., int]
    crm_lifecycle_stages: Callable[..., int]
    crm_lifecycle_survival: Callable[..., int]
    crm_lifecycle_transitions: Callable[..., int]
    crm_load_append: Callable[..., int]
    crm_load_arrow: Callable[..., int]
    crm_load_arrow_stream: Callable[..., int]
    crm_load_begin: Callable[..., int]
    crm_load_causes: Callable[..., int]
    crm_load_commit: Callable[..., int]
    crm_load_count: Callable[..., int]
    crm_load_csv: Callable[..., int]
    crm_load_csv_file: Callable[..., int]
    crm_load_free: Callable[..., None]
    crm_load_progress: Callable[..., None]
    crm_load_rejects: Callable[..., int]
    crm_migration_compute: Callable[..., int]
    crm_migration_cultivation: Callable[..., int]
    crm_migration_members: Callable[..., int]
    crm_migration_movements: Callable[..., int]
    crm_migration_rates: Callable[..., int]
    crm_organisation_gaps: Callable[..., int]
    crm_organisation_groups: Callable[..., int]
    crm_organisation_history: Callable[..., int]
    crm_organisation_members: Callable[..., int]
    crm_ownership_handovers: Callable[..., int]
    crm_ownership_history: Callable[..., int]
    crm_ownership_moved: Callable[..., int]
    crm_ownership_owners: Callable[..., int]
    crm_ownership_summary: Callable[..., int]
    crm_periods_compute: Callable[..., int]
    crm_products_compute: Callable[..., int]
    crm_progress_opportunities: Callable[..., int]
    crm_progress_stages: Callable[..., int]
    crm_pyramid_compute: Callable[..., int]
    crm_pyramid_concentration: Callable[..., int]
    crm_pyramid_find: Callable[..., int]
    crm_pyramid_free: Callable[..., None]
    crm_pyramid_members: Callable[..., int]
    crm_pyramid_tiers: Callable[..., int]
    crm_repeat_compute: Callable[..., int]
    crm_rfm_compute: Callable[..., int]
    crm_rfm_segments: Callable[..., int]
    crm_rhythm_compute: Callable[..., int]
    crm_rhythm_summary: Callable[..., int]
    crm_segment_compute: Callable[..., int]
    crm_segment_contains: Callable[..., int]
    crm_segment_difference: Callable[..., int]
    crm_segment_drift: Callable[..., int]
    crm_segment_explain: Callable[..., int]
    crm_segment_fields: Callable[..., int]
    crm_segment_free: Callable[..., None]
    crm_segment_intersection: Callable[..., int]
    crm_segment_members: Callable[..., int]
    crm_segment_overlap: Callable[..., int]
    crm_segment_pick: Callable[..., int]
    crm_segment_size: Callable[..., int]
    crm_segment_spending: Callable[..., int]
    crm_segment_union: Callable[..., int]
    crm_snapshot_clear: Callable[..., None]
    crm_status_name: Callable[..., Optional[bytes]]
    crm_store_attribute: Callable[..., int]
    crm_store_backup: Callable[..., int]
    crm_store_changed: Callable[..., int]
    crm_store_check: Callable[..., int]
    crm_store_compact: Callable[..., int]
    crm_store_create: Callable[..., int]
    crm_store_customer: Callable[..., int]
    crm_store_customer_documents: Callable[..., int]
    crm_store_customers: Callable[..., int]
    crm_store_digits: Callable[..., int]
    crm_store_document: Callable[..., int]
    crm_store_documents: Callable[..., int]
    crm_store_file: Callable[..., int]
    crm_store_free: Callable[..., None]
    crm_store_horizon: Callable[..., int]
    crm_store_lines: Callable[..., int]
    crm_store_loads: Callable[..., int]
    crm_store_open: Callable[..., int]
    crm_store_prepare: Callable[..., int]
    crm_store_read: Callable[..., int]
    crm_store_reopened: Callable[..., int]
    crm_store_rows: Callable[..., int]
    crm_store_salvage: Callable[..., int]
    crm_store_save: Callable[..., int]
    crm_store_schema: Callable[..., int]
    crm_store_settings: Callable[..., int]
    crm_store_sources: Callable[..., int]
    crm_store_totals: Callable[..., int]
    crm_store_verify: Callable[..., int]
    crm_store_version: Callable[..., int]
    crm_store_warnings: Callable[..., int]
    crm_struct_offset: Callable[..., int]
    crm_struct_size: Callable[..., int]
    crm_summary_create: Callable[..., int]
    crm_summary_free: Callable[..., None]
    crm_table_arrow: Callable[..., int]
    crm_table_arrow_move: Callable[..., int]
    crm_table_arrow_schema: Callable[..., int]
    crm_table_arrow_stream: Callable[..., int]
    crm_table_column: Callable[..., int]
    crm_table_columns: Callable[..., int]
    crm_table_find: Callable[..., int]
    crm_table_free: Callable[..., None]
    crm_table_integer: Callable[..., int]
    crm_table_is_null: Callable[..., int]
    crm_table_meta_count: Callable[..., int]
    crm_table_meta_find: Callable[..., Optional[bytes]]
    crm_table_meta_key: Callable[..., Optional[bytes]]
    crm_table_meta_value: Callable[..., Optional[bytes]]
    crm_table_name: Callable[..., Optional[bytes]]
    crm_table_rows: Callable[..., int]
    crm_table_text: Callable[..., Any]
    crm_table_write_csv: Callable[..., int]
    crm_table_write_json: Callable[..., int]
    crm_table_write_text: Callable[..., int]
    crm_target_counts: Callable[..., int]
    crm_target_list: Callable[..., int]
    crm_target_rows: Callable[..., int]
    crm_text_width: Callable[..., int]
    crm_till_advance: Callable[..., int]
    crm_till_alerts: Callable[..., int]
    crm_till_as_of: Callable[..., int]
    crm_till_create: Callable[..., int]
    crm_till_free: Callable[..., None]
    crm_till_gauges: Callable[..., int]
    crm_till_move: Callable[..., int]
    crm_till_moves: Callable[..., int]
    crm_till_post: Callable[..., int]
    crm_till_posted: Callable[..., int]
    crm_till_preview: Callable[..., int]
    crm_till_reach: Callable[..., int]
    crm_till_standing: Callable[..., int]
    crm_till_sync: Callable[..., int]
    crm_version: Callable[..., int]
    crm_version_text: Callable[..., Optional[bytes]]
    crm_view_clear: Callable[..., None]
    crm_view_compute: Callable[..., int]

    def __init__(self, library: CDLL, quick: PyDLL) -> None:
        self.crm_accounts_sites = f = library.crm_accounts_sites
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_bridge_compute = f = library.crm_bridge_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_calendar), POINTER(crm_bridge_options),
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_classes_calibration = f = library.crm_classes_calibration
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_classes_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_classes_compute = f = library.crm_classes_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_classes_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_classes_corporate = f = library.crm_classes_corporate
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_classes_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_cockpit_builtin = f = library.crm_cockpit_builtin
        f.argtypes = (POINTER(crm_cockpit), c_int32, POINTER(crm_error))
        f.restype = c_int32
        self.crm_cockpit_create = f = library.crm_cockpit_create
        f.argtypes = (POINTER(crm_config), POINTER(POINTER(crm_cockpit)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_cockpit_evaluate = f = library.crm_cockpit_evaluate
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_calendar), POINTER(crm_cockpit),
            POINTER(crm_cockpit_options), POINTER(crm_snapshot), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_cockpit_free = f = library.crm_cockpit_free
        f.argtypes = (POINTER(crm_cockpit),)
        f.restype = None
        self.crm_cockpit_problems = f = library.crm_cockpit_problems
        f.argtypes = (POINTER(crm_cockpit), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_cockpit_read = f = library.crm_cockpit_read
        f.argtypes = (
            POINTER(crm_cockpit), c_int32, POINTER(crm_csv), POINTER(crm_source), POINTER(c_int64),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_cockpit_read_file = f = library.crm_cockpit_read_file
        f.argtypes = (POINTER(crm_cockpit), c_int32, POINTER(crm_csv), c_char_p, POINTER(c_int64), POINTER(crm_error))
        f.restype = c_int32
        self.crm_cockpit_roles = f = library.crm_cockpit_roles
        f.argtypes = (POINTER(crm_cockpit), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_cockpit_table = f = library.crm_cockpit_table
        f.argtypes = (POINTER(crm_cockpit), c_int32, c_char_p, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_cohorts_compute = f = library.crm_cohorts_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_calendar), POINTER(crm_cohorts_options),
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_completeness_changes = f = library.crm_completeness_changes
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_completeness_columns = f = library.crm_completeness_columns
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_completeness_customers = f = library.crm_completeness_customers
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_completeness_dossiers = f = library.crm_completeness_dossiers
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_completeness_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_completeness_freshness = f = library.crm_completeness_freshness
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_completeness_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_completeness_idle = f = library.crm_completeness_idle
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_completeness_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_completeness_static = f = library.crm_completeness_static
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_completeness_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_composition_compute = f = library.crm_composition_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_composition_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_composition_concentration = f = library.crm_composition_concentration
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_composition_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_composition_spending = f = library.crm_composition_spending
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_composition_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_context_configure = f = library.crm_context_configure
        f.argtypes = (POINTER(crm_context), POINTER(crm_context_options), POINTER(crm_error))
        f.restype = c_int32
        self.crm_context_create = f = library.crm_context_create
        f.argtypes = (POINTER(crm_config), POINTER(POINTER(crm_context)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_context_free = f = library.crm_context_free
        f.argtypes = (POINTER(crm_context),)
        f.restype = None
        self.crm_conversion_compute = f = library.crm_conversion_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_conversion_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_due_compute = f = library.crm_due_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_due_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_effect_compute = f = library.crm_effect_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_effect_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_effect_coverage = f = library.crm_effect_coverage
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_effect_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_effect_strata = f = library.crm_effect_strata
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_effect_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_findings_compute = f = library.crm_findings_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_findings_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_funnel_compute = f = library.crm_funnel_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_funnel_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_identity_aliases = f = library.crm_identity_aliases
        f.argtypes = (POINTER(crm_store), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_identity_erase = f = library.crm_identity_erase
        f.argtypes = (POINTER(crm_store), POINTER(c_char_p), c_int64, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_identity_forget = f = library.crm_identity_forget
        f.argtypes = (POINTER(crm_store), POINTER(c_char_p), c_int64, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_io_durability = f = quick.crm_io_durability
        f.argtypes = (POINTER(crm_io),)
        f.restype = c_int32
        self.crm_io_selftest = f = library.crm_io_selftest
        f.argtypes = (POINTER(crm_io), c_char_p, POINTER(crm_error))
        f.restype = c_int32
        self.crm_io_stdio = f = library.crm_io_stdio
        f.argtypes = (POINTER(crm_io),)
        f.restype = None
        self.crm_journey_history = f = library.crm_journey_history
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_journey_options), c_char_p,
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_journey_members = f = library.crm_journey_members
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_journey_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_journey_stages = f = library.crm_journey_stages
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_journey_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_kpi_compute = f = library.crm_kpi_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_calendar), POINTER(crm_kpi_options),
            POINTER(POINTER(crm_kpi)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_kpi_count = f = quick.crm_kpi_count
        f.argtypes = ()
        f.restype = c_int64
        self.crm_kpi_evidence = f = library.crm_kpi_evidence
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_calendar), POINTER(crm_kpi_evidence_options),
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_kpi_find = f = library.crm_kpi_find
        f.argtypes = (POINTER(crm_kpi), c_char_p, c_char_p, c_char_p, POINTER(crm_kpi_value), POINTER(crm_error))
        f.restype = c_int32
        self.crm_kpi_free = f = library.crm_kpi_free
        f.argtypes = (POINTER(crm_kpi),)
        f.restype = None
        self.crm_kpi_info_at = f = library.crm_kpi_info_at
        f.argtypes = (c_int64, POINTER(crm_kpi_info), POINTER(crm_error))
        f.restype = c_int32
        self.crm_kpi_info_find = f = library.crm_kpi_info_find
        f.argtypes = (c_char_p, POINTER(crm_kpi_info), POINTER(crm_error))
        f.restype = c_int32
        self.crm_kpi_registry = f = library.crm_kpi_registry
        f.argtypes = (POINTER(crm_config), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_kpi_table = f = library.crm_kpi_table
        f.argtypes = (POINTER(crm_kpi), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_bucket = f = library.crm_lifecycle_bucket
        f.argtypes = (POINTER(crm_lifecycle), POINTER(crm_calendar), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_churn = f = library.crm_lifecycle_churn
        f.argtypes = (POINTER(crm_lifecycle), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_compute = f = library.crm_lifecycle_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_lifecycle_options), POINTER(POINTER(crm_lifecycle)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_lifecycle_extension = f = library.crm_lifecycle_extension
        f.argtypes = (
            POINTER(crm_lifecycle), POINTER(crm_extension_options), POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_lifecycle_find = f = library.crm_lifecycle_find
        f.argtypes = (POINTER(crm_lifecycle), c_char_p, POINTER(crm_life_standing), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_free = f = library.crm_lifecycle_free
        f.argtypes = (POINTER(crm_lifecycle),)
        f.restype = None
        self.crm_lifecycle_history = f = library.crm_lifecycle_history
        f.argtypes = (POINTER(crm_lifecycle), c_char_p, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_limits = f = library.crm_lifecycle_limits
        f.argtypes = (POINTER(crm_lifecycle), POINTER(crm_life_limits), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_members = f = library.crm_lifecycle_members
        f.argtypes = (POINTER(crm_lifecycle), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_reasons = f = library.crm_lifecycle_reasons
        f.argtypes = (POINTER(crm_lifecycle), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_reasons_by_period = f = library.crm_lifecycle_reasons_by_period
        f.argtypes = (POINTER(crm_lifecycle), POINTER(crm_calendar), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_refill = f = library.crm_lifecycle_refill
        f.argtypes = (
            POINTER(crm_lifecycle), POINTER(crm_calendar), POINTER(crm_refill_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_lifecycle_snapshot = f = library.crm_lifecycle_snapshot
        f.argtypes = (POINTER(crm_lifecycle), c_int64, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_stages = f = library.crm_lifecycle_stages
        f.argtypes = (POINTER(crm_lifecycle), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_survival = f = library.crm_lifecycle_survival
        f.argtypes = (POINTER(crm_lifecycle), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_lifecycle_transitions = f = library.crm_lifecycle_transitions
        f.argtypes = (POINTER(crm_lifecycle), c_int64, c_int64, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_load_append = f = library.crm_load_append
        f.argtypes = (POINTER(crm_load), c_char_p, POINTER(crm_batch), POINTER(crm_error))
        f.restype = c_int32
        self.crm_load_arrow = f = library.crm_load_arrow
        f.argtypes = (
            POINTER(crm_load), c_char_p, POINTER(crm_arrow), POINTER(ArrowSchema), POINTER(ArrowArray),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_load_arrow_stream = f = library.crm_load_arrow_stream
        f.argtypes = (POINTER(crm_load), c_char_p, POINTER(crm_arrow), POINTER(ArrowArrayStream), POINTER(crm_error))
        f.restype = c_int32
        self.crm_load_begin = f = library.crm_load_begin
        f.argtypes = (POINTER(crm_store), POINTER(crm_load_options), POINTER(POINTER(crm_load)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_load_causes = f = library.crm_load_causes
        f.argtypes = (POINTER(crm_load), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_load_commit = f = library.crm_load_commit
        f.argtypes = (POINTER(crm_load), POINTER(crm_error))
        f.restype = c_int32
        self.crm_load_count = f = library.crm_load_count
        f.argtypes = (POINTER(crm_load), c_char_p, POINTER(crm_load_counts), POINTER(crm_error))
        f.restype = c_int32
        self.crm_load_csv = f = library.crm_load_csv
        f.argtypes = (POINTER(crm_load), c_char_p, POINTER(crm_csv), POINTER(crm_source), POINTER(crm_error))
        f.restype = c_int32
        self.crm_load_csv_file = f = library.crm_load_csv_file
        f.argtypes = (POINTER(crm_load), c_char_p, POINTER(crm_csv), c_char_p, POINTER(crm_error))
        f.restype = c_int32
        self.crm_load_free = f = library.crm_load_free
        f.argtypes = (POINTER(crm_load),)
        f.restype = None
        self.crm_load_progress = f = library.crm_load_progress
        f.argtypes = (POINTER(crm_load), crm_progress, c_void_p)
        f.restype = None
        self.crm_load_rejects = f = library.crm_load_rejects
        f.argtypes = (POINTER(crm_load), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_migration_compute = f = library.crm_migration_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_scope), POINTER(crm_migration_options),
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_migration_cultivation = f = library.crm_migration_cultivation
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_scope), POINTER(crm_migration_options),
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_migration_members = f = library.crm_migration_members
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_scope), POINTER(crm_migration_options),
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_migration_movements = f = library.crm_migration_movements
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_scope), POINTER(crm_migration_options),
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_migration_rates = f = library.crm_migration_rates
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_scope), POINTER(crm_migration_options),
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_organisation_gaps = f = library.crm_organisation_gaps
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_organisation_groups = f = library.crm_organisation_groups
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_organisation_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_organisation_history = f = library.crm_organisation_history
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_organisation_members = f = library.crm_organisation_members
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_ownership_handovers = f = library.crm_ownership_handovers
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_handovers_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_ownership_history = f = library.crm_ownership_history
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_ownership_moved = f = library.crm_ownership_moved
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_ownership_owners = f = library.crm_ownership_owners
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_ownership_summary = f = library.crm_ownership_summary
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_periods_compute = f = library.crm_periods_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_calendar), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_products_compute = f = library.crm_products_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_products_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_progress_opportunities = f = library.crm_progress_opportunities
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_funnel_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_progress_stages = f = library.crm_progress_stages
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_funnel_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_pyramid_compute = f = library.crm_pyramid_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_pyramid_options), POINTER(POINTER(crm_pyramid)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_pyramid_concentration = f = library.crm_pyramid_concentration
        f.argtypes = (POINTER(crm_pyramid), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_pyramid_find = f = library.crm_pyramid_find
        f.argtypes = (POINTER(crm_pyramid), c_char_p, POINTER(crm_standing), POINTER(crm_error))
        f.restype = c_int32
        self.crm_pyramid_free = f = library.crm_pyramid_free
        f.argtypes = (POINTER(crm_pyramid),)
        f.restype = None
        self.crm_pyramid_members = f = library.crm_pyramid_members
        f.argtypes = (POINTER(crm_pyramid), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_pyramid_tiers = f = library.crm_pyramid_tiers
        f.argtypes = (POINTER(crm_pyramid), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_repeat_compute = f = library.crm_repeat_compute
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_rfm_compute = f = library.crm_rfm_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_rfm_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_rfm_segments = f = library.crm_rfm_segments
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_rfm_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_rhythm_compute = f = library.crm_rhythm_compute
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_rhythm_summary = f = library.crm_rhythm_summary
        f.argtypes = (POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_segment_compute = f = library.crm_segment_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_segment_options), POINTER(POINTER(crm_segment)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_segment_contains = f = library.crm_segment_contains
        f.argtypes = (POINTER(crm_segment), c_char_p, POINTER(c_int32), POINTER(crm_error))
        f.restype = c_int32
        self.crm_segment_difference = f = library.crm_segment_difference
        f.argtypes = (POINTER(crm_segment), POINTER(crm_segment), POINTER(POINTER(crm_segment)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_segment_drift = f = library.crm_segment_drift
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_scope), POINTER(crm_segment_options),
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_segment_explain = f = library.crm_segment_explain
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_segment_options), c_char_p,
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_segment_fields = f = library.crm_segment_fields
        f.argtypes = (POINTER(crm_store), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_segment_free = f = library.crm_segment_free
        f.argtypes = (POINTER(crm_segment),)
        f.restype = None
        self.crm_segment_intersection = f = library.crm_segment_intersection
        f.argtypes = (POINTER(crm_segment), POINTER(crm_segment), POINTER(POINTER(crm_segment)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_segment_members = f = library.crm_segment_members
        f.argtypes = (POINTER(crm_segment), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_segment_overlap = f = library.crm_segment_overlap
        f.argtypes = (
            POINTER(POINTER(crm_segment)), POINTER(c_char_p), c_int64, POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_segment_pick = f = library.crm_segment_pick
        f.argtypes = (
            POINTER(crm_store), POINTER(c_char_p), c_int64, POINTER(c_int64), POINTER(POINTER(crm_segment)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_segment_size = f = quick.crm_segment_size
        f.argtypes = (POINTER(crm_segment),)
        f.restype = c_int64
        self.crm_segment_spending = f = library.crm_segment_spending
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(POINTER(crm_segment)), POINTER(c_char_p), c_int64,
            POINTER(POINTER(crm_table)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_segment_union = f = library.crm_segment_union
        f.argtypes = (POINTER(crm_segment), POINTER(crm_segment), POINTER(POINTER(crm_segment)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_snapshot_clear = f = library.crm_snapshot_clear
        f.argtypes = (POINTER(crm_snapshot),)
        f.restype = None
        self.crm_status_name = f = quick.crm_status_name
        f.argtypes = (c_int32,)
        f.restype = c_char_p
        self.crm_store_attribute = f = library.crm_store_attribute
        f.argtypes = (POINTER(crm_store), c_char_p, c_char_p, c_int32, POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_backup = f = library.crm_store_backup
        f.argtypes = (POINTER(crm_store), POINTER(crm_io), c_char_p, POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_changed = f = library.crm_store_changed
        f.argtypes = (POINTER(crm_store), c_int64, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_check = f = library.crm_store_check
        f.argtypes = (POINTER(crm_config), POINTER(crm_file_options), c_char_p, POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_compact = f = library.crm_store_compact
        f.argtypes = (POINTER(crm_store), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_create = f = library.crm_store_create
        f.argtypes = (
            POINTER(crm_config), POINTER(crm_store_options), POINTER(POINTER(crm_store)), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_store_customer = f = library.crm_store_customer
        f.argtypes = (POINTER(crm_store), c_char_p, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_customer_documents = f = library.crm_store_customer_documents
        f.argtypes = (POINTER(crm_store), c_char_p, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_customers = f = quick.crm_store_customers
        f.argtypes = (POINTER(crm_store),)
        f.restype = c_int64
        self.crm_store_digits = f = quick.crm_store_digits
        f.argtypes = (POINTER(crm_store),)
        f.restype = c_int32
        self.crm_store_document = f = library.crm_store_document
        f.argtypes = (POINTER(crm_store), c_char_p, c_char_p, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_documents = f = quick.crm_store_documents
        f.argtypes = (POINTER(crm_store),)
        f.restype = c_int64
        self.crm_store_file = f = library.crm_store_file
        f.argtypes = (POINTER(crm_store), POINTER(crm_file_info), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_free = f = library.crm_store_free
        f.argtypes = (POINTER(crm_store),)
        f.restype = None
        self.crm_store_horizon = f = quick.crm_store_horizon
        f.argtypes = (POINTER(crm_store),)
        f.restype = c_int64
        self.crm_store_lines = f = quick.crm_store_lines
        f.argtypes = (POINTER(crm_store),)
        f.restype = c_int64
        self.crm_store_loads = f = library.crm_store_loads
        f.argtypes = (POINTER(crm_store), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_open = f = library.crm_store_open
        f.argtypes = (
            POINTER(crm_config), POINTER(crm_file_options), c_char_p, POINTER(POINTER(crm_store)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_store_prepare = f = library.crm_store_prepare
        f.argtypes = (POINTER(crm_store), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_read = f = library.crm_store_read
        f.argtypes = (POINTER(crm_store), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_reopened = f = library.crm_store_reopened
        f.argtypes = (POINTER(crm_store), c_int64, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_rows = f = library.crm_store_rows
        f.argtypes = (POINTER(crm_store), c_char_p, POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_salvage = f = library.crm_store_salvage
        f.argtypes = (
            POINTER(crm_config), POINTER(crm_file_options), c_char_p, c_char_p, POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_store_save = f = library.crm_store_save
        f.argtypes = (POINTER(crm_store), POINTER(crm_file_options), c_char_p, POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_schema = f = library.crm_store_schema
        f.argtypes = (POINTER(crm_store), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_settings = f = library.crm_store_settings
        f.argtypes = (POINTER(crm_store), POINTER(crm_store_options), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_sources = f = library.crm_store_sources
        f.argtypes = (POINTER(crm_store), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_totals = f = library.crm_store_totals
        f.argtypes = (POINTER(crm_store), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_verify = f = library.crm_store_verify
        f.argtypes = (POINTER(crm_store), POINTER(crm_error))
        f.restype = c_int32
        self.crm_store_version = f = quick.crm_store_version
        f.argtypes = (POINTER(crm_store),)
        f.restype = c_int64
        self.crm_store_warnings = f = library.crm_store_warnings
        f.argtypes = (POINTER(crm_store), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_struct_offset = f = quick.crm_struct_offset
        f.argtypes = (c_char_p, c_char_p)
        f.restype = c_int64
        self.crm_struct_size = f = quick.crm_struct_size
        f.argtypes = (c_char_p,)
        f.restype = c_int64
        self.crm_summary_create = f = library.crm_summary_create
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_calendar), POINTER(POINTER(crm_summary)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_summary_free = f = library.crm_summary_free
        f.argtypes = (POINTER(crm_summary),)
        f.restype = None
        self.crm_table_arrow = f = library.crm_table_arrow
        f.argtypes = (POINTER(crm_table), c_int32, POINTER(ArrowSchema), POINTER(ArrowArray), POINTER(crm_error))
        f.restype = c_int32
        self.crm_table_arrow_move = f = library.crm_table_arrow_move
        f.argtypes = (
            POINTER(POINTER(crm_table)), c_int32, POINTER(ArrowSchema), POINTER(ArrowArray), POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_table_arrow_schema = f = library.crm_table_arrow_schema
        f.argtypes = (POINTER(crm_table), c_int32, POINTER(ArrowSchema), POINTER(crm_error))
        f.restype = c_int32
        self.crm_table_arrow_stream = f = library.crm_table_arrow_stream
        f.argtypes = (POINTER(crm_table), c_int32, POINTER(ArrowArrayStream), POINTER(crm_error))
        f.restype = c_int32
        self.crm_table_column = f = library.crm_table_column
        f.argtypes = (POINTER(crm_table), c_int32, POINTER(crm_column), POINTER(crm_error))
        f.restype = c_int32
        self.crm_table_columns = f = quick.crm_table_columns
        f.argtypes = (POINTER(crm_table),)
        f.restype = c_int32
        self.crm_table_find = f = quick.crm_table_find
        f.argtypes = (POINTER(crm_table), c_char_p)
        f.restype = c_int32
        self.crm_table_free = f = library.crm_table_free
        f.argtypes = (POINTER(crm_table),)
        f.restype = None
        self.crm_table_integer = f = quick.crm_table_integer
        f.argtypes = (POINTER(crm_table), c_int32, c_int64)
        f.restype = c_int64
        self.crm_table_is_null = f = quick.crm_table_is_null
        f.argtypes = (POINTER(crm_table), c_int32, c_int64)
        f.restype = c_int32
        self.crm_table_meta_count = f = quick.crm_table_meta_count
        f.argtypes = (POINTER(crm_table),)
        f.restype = c_int32
        self.crm_table_meta_find = f = quick.crm_table_meta_find
        f.argtypes = (POINTER(crm_table), c_char_p)
        f.restype = c_char_p
        self.crm_table_meta_key = f = quick.crm_table_meta_key
        f.argtypes = (POINTER(crm_table), c_int32)
        f.restype = c_char_p
        self.crm_table_meta_value = f = quick.crm_table_meta_value
        f.argtypes = (POINTER(crm_table), c_int32)
        f.restype = c_char_p
        self.crm_table_name = f = quick.crm_table_name
        f.argtypes = (POINTER(crm_table),)
        f.restype = c_char_p
        self.crm_table_rows = f = quick.crm_table_rows
        f.argtypes = (POINTER(crm_table),)
        f.restype = c_int64
        self.crm_table_text = f = quick.crm_table_text
        f.argtypes = (POINTER(crm_table), c_int32, c_int64, POINTER(c_size_t))
        f.restype = POINTER(c_char)
        self.crm_table_write_csv = f = library.crm_table_write_csv
        f.argtypes = (POINTER(crm_table), POINTER(crm_sink), POINTER(crm_error))
        f.restype = c_int32
        self.crm_table_write_json = f = library.crm_table_write_json
        f.argtypes = (POINTER(crm_table), POINTER(crm_sink), POINTER(crm_error))
        f.restype = c_int32
        self.crm_table_write_text = f = library.crm_table_write_text
        f.argtypes = (POINTER(crm_table), POINTER(crm_text_options), POINTER(crm_sink), POINTER(crm_error))
        f.restype = c_int32
        self.crm_target_counts = f = library.crm_target_counts
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_target_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_target_list = f = library.crm_target_list
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_target_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_target_rows = f = library.crm_target_rows
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_target_options), POINTER(POINTER(crm_table)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_text_width = f = quick.crm_text_width
        f.argtypes = (c_char_p, c_size_t)
        f.restype = c_int64
        self.crm_till_advance = f = library.crm_till_advance
        f.argtypes = (POINTER(crm_till), c_int64, POINTER(crm_error))
        f.restype = c_int32
        self.crm_till_alerts = f = library.crm_till_alerts
        f.argtypes = (POINTER(crm_till), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_till_as_of = f = quick.crm_till_as_of
        f.argtypes = (POINTER(crm_till),)
        f.restype = c_int64
        self.crm_till_create = f = library.crm_till_create
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_till_options), POINTER(POINTER(crm_till)),
            POINTER(crm_error)
        )
        f.restype = c_int32
        self.crm_till_free = f = library.crm_till_free
        f.argtypes = (POINTER(crm_till),)
        f.restype = None
        self.crm_till_gauges = f = library.crm_till_gauges
        f.argtypes = (POINTER(crm_till), POINTER(POINTER(crm_table)), POINTER(crm_error))
        f.restype = c_int32
        self.crm_till_move = f = library.crm_till_move
        f.argtypes = (POINTER(crm_till), c_int64, POINTER(crm_till_moved), POINTER(crm_error))
        f.restype = c_int32
        self.crm_till_moves = f = quick.crm_till_moves
        f.argtypes = (POINTER(crm_till),)
        f.restype = c_int64
        self.crm_till_post = f = library.crm_till_post
        f.argtypes = (POINTER(crm_till), POINTER(crm_sale), POINTER(crm_customer_standing), POINTER(crm_error))
        f.restype = c_int32
        self.crm_till_posted = f = quick.crm_till_posted
        f.argtypes = (POINTER(crm_till),)
        f.restype = c_int64
        self.crm_till_preview = f = library.crm_till_preview
        f.argtypes = (POINTER(crm_till), POINTER(crm_sale), POINTER(crm_customer_standing), POINTER(crm_error))
        f.restype = c_int32
        self.crm_till_reach = f = library.crm_till_reach
        f.argtypes = (POINTER(crm_till), c_char_p, c_int32, c_int64, POINTER(crm_reach), POINTER(crm_error))
        f.restype = c_int32
        self.crm_till_standing = f = library.crm_till_standing
        f.argtypes = (POINTER(crm_till), c_char_p, POINTER(crm_customer_standing), POINTER(crm_error))
        f.restype = c_int32
        self.crm_till_sync = f = library.crm_till_sync
        f.argtypes = (POINTER(crm_till), POINTER(crm_error))
        f.restype = c_int32
        self.crm_version = f = quick.crm_version
        f.argtypes = ()
        f.restype = c_int32
        self.crm_version_text = f = quick.crm_version_text
        f.argtypes = ()
        f.restype = c_char_p
        self.crm_view_clear = f = library.crm_view_clear
        f.argtypes = (POINTER(crm_view),)
        f.restype = None
        self.crm_view_compute = f = library.crm_view_compute
        f.argtypes = (
            POINTER(crm_store), POINTER(crm_scope), POINTER(crm_view_options), c_char_p, POINTER(crm_view),
            POINTER(crm_error)
        )
        f.restype = c_int32


T = TypeVar("T", bound=Structure)


def new(kind: Type[T]) -> T:
    """A struct as its _INIT macro begins it."""
    value = kind()
    for name, default in INITIAL[kind.__name__]:
        setattr(value, name, default)
    return value
