"""Asks a service with Triton's own HTTP client, in JSON, and with urllib; prints what both say as one JSON object.

Called with the server's host and port, the service, its version and the key in MEGALITH_KEY; reads the records from stdin.
"""

import json
import os
import sys
import urllib.request

import numpy
import tritonclient.http

address, service, version = sys.argv[1:4]
headers = {"Authorization": f"Bearer {os.environ['MEGALITH_KEY']}"}
records = json.load(sys.stdin)
TYPES = {"FP64": numpy.float64, "INT64": numpy.int64, "BOOL": numpy.bool_, "BYTES": numpy.object_}


def tensor(column):
    values = [record[column["name"]] for record in records]
    given = tritonclient.http.InferInput(column["name"], [len(values)], column["datatype"])
    if column["datatype"] == "BYTES":
        values = [value.encode() for value in values]
    given.set_data_from_numpy(numpy.array(values, dtype=TYPES[column["datatype"]]), binary_data=False)
    return given


def infer(client, model, names, **options):
    columns = [column for column in model["inputs"] if column["name"] in records[0]]
    wanted = [tritonclient.http.InferRequestedOutput(name, binary_data=False) for name in names]
    reply = client.infer(service, [tensor(column) for column in columns], outputs=wanted, headers=headers, **options)
    found = {name: reply.as_numpy(name) for name in names}
    return {"outputs": {name: value.tolist() for name, value in found.items()}, "reply": reply.get_response()}


def refusal(client, model):
    try:
        infer(client, model, ["no such output"])
    except tritonclient.utils.InferenceServerException as error:
        return {"status": error.status(), "message": error.message()}
    return None


def decide():
    request = urllib.request.Request(
        f"http://{address}/api/v1/services/{service}/decide",
        data=json.dumps({"records": records}).encode(),
        headers={**headers, "Content-Type": "application/json"},
    )
    return json.load(urllib.request.urlopen(request))["decisions"]


with tritonclient.http.InferenceServerClient(address) as client:
    model = client.get_model_metadata(service, headers=headers)
    answer = {
        "live": client.is_server_live(headers=headers),
        "ready": client.is_server_ready(headers=headers),
        "modelReady": client.is_model_ready(service, headers=headers),
        "versionReady": client.is_model_ready(service, version, headers=headers),
        "server": client.get_server_metadata(headers=headers),
        "model": model,
        "inferred": infer(client, model, ["prediction", "probability"], request_id="one"),
        "named": infer(client, model, ["prediction"], model_version=version),
        "refused": refusal(client, model),
        "decided": decide(),
    }
    # A tensor of text comes as an array of objects, which JSON cannot hold unless they are text.
    print(json.dumps(answer, default=lambda value: value.decode()))
