"""Source files to text frames.

One module per shape of source, a registry of their profiles, and a bulk path for big tables.
"""

from etl.domain import Made, SourceFile
from etl.extract.bulk_scan import BulkScan, bulk_scan, careful_rows, lines_of
from etl.extract.bulk_sql import bulk_select, bulk_source
from etl.extract.describe import describe_columns, list_shapes
from etl.extract.detect import Recognition, Sighting, describe_folder, recognize, recognize_or_refuse, refusing_shape
from etl.extract.footers import GOES_ON, NOT_UNDERSTOOD
from etl.extract.formats.compression import DAMAGES
from etl.extract.header import fold
from etl.extract.profiles.profile import (
    CONNECTWISE_CSV,
    CONNECTWISE_JSON,
    QUICKBOOKS_ONLINE_JSON,
    TABLE,
    XERO_JSON,
    Extract,
)
from etl.extract.profiles.running_balance import why_no_open_balance
from etl.extract.read import captions, read_text, source_problems
from etl.extract.shapes.catalogue import OWN_FOLDER, Shapes
from etl.extract.shapes.own_shapes import shapes_beside, taken_names
from etl.extract.shapes.shape import fold_caption
from etl.extract.shapes.shape_file import parse_shape
from etl.extract.shapes.unknown_table import UnknownTable, find_unknown_table, known_captions
from etl.extract.source_files import SETTING, find_files, made_at, refuse_changed, source_file, written_at
from etl.extract.stated import earliest

__all__ = [
    "CONNECTWISE_CSV",
    "CONNECTWISE_JSON",
    "DAMAGES",
    "GOES_ON",
    "NOT_UNDERSTOOD",
    "OWN_FOLDER",
    "QUICKBOOKS_ONLINE_JSON",
    "SETTING",
    "TABLE",
    "XERO_JSON",
    "BulkScan",
    "Extract",
    "Made",
    "Recognition",
    "Shapes",
    "Sighting",
    "SourceFile",
    "UnknownTable",
    "bulk_scan",
    "bulk_select",
    "bulk_source",
    "captions",
    "careful_rows",
    "describe_columns",
    "describe_folder",
    "earliest",
    "find_files",
    "find_unknown_table",
    "fold",
    "fold_caption",
    "known_captions",
    "lines_of",
    "list_shapes",
    "made_at",
    "parse_shape",
    "read_text",
    "recognize",
    "recognize_or_refuse",
    "refuse_changed",
    "refusing_shape",
    "shapes_beside",
    "source_file",
    "source_problems",
    "taken_names",
    "why_no_open_balance",
    "written_at",
]
