"""Checks the OpenAPI document on stdin with openapi-spec-validator; prints each fault on a line, and nothing when it is sound."""

import json
import sys

from openapi_spec_validator import OpenAPIV31SpecValidator

for fault in OpenAPIV31SpecValidator(json.load(sys.stdin)).iter_errors():
    print(f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:300]}")
