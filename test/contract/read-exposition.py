"""Reads scrapes by prometheus_client's parsers: one request in JSON a line, one answer in JSON a line.

A request is {"format": "text" | "openmetrics", "text": "..."}; an answer holds the families or the error.
"""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text


def read(format, text):
    families = []
    for family in (read_openmetrics if format == "openmetrics" else read_text)(text):
        samples = [
            {
                "name": sample.name,
                "labels": sample.labels,
                "value": repr(float(sample.value)),
                "exemplar": sample.exemplar.labels if sample.exemplar else None,
            }
            for sample in family.samples
        ]
        families.append({"name": family.name, "type": family.type, "unit": family.unit, "help": family.documentation, "samples": samples})
    return families


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"families": read(request["format"], request["text"])}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
