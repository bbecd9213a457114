"""One Select, one call to the chosen model, one Report.

    pip install grpcio grpcio-tools googleapis-common-protos
    mkdir -p build/python
    python -m grpc_tools.protoc -I proto -I third_party/proto --python_out=build/python --grpc_python_out=build/python \
        proto/sextant/v1/*.proto
    PYTHONPATH=build/python python examples/clients/select_and_report.py [127.0.0.1:50051]
"""

import sys

import grpc
from google.protobuf.duration_pb2 import Duration
from sextant.v1 import outcome_pb2, outcome_pb2_grpc, request_pb2, selection_pb2, selection_pb2_grpc

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"
# With tokens configured: metadata=[("authorization", "Bearer …")] on each call.
with grpc.insecure_channel(address) as channel:
    selection = selection_pb2_grpc.SelectionServiceStub(channel)
    outcomes = outcome_pb2_grpc.OutcomeServiceStub(channel)

    prompt = "Summarise this ticket in two sentences: the invoice shows the wrong address."
    decision = selection.Select(
        selection_pb2.SelectRequest(use_case="support-chat", input=request_pb2.RequestInput(text=prompt)),
        timeout=1,
    )
    print(decision.reason)

    # Here you call decision.choice.model, and the fallbacks in turn where it fails.
    answer = {"seconds": 1.8, "input_tokens": 24, "output_tokens": 61}

    latency = Duration()
    latency.FromMilliseconds(int(1000 * answer["seconds"]))
    attempt = outcome_pb2.AttemptOutcome(
        attempt=0,
        status=outcome_pb2.OUTCOME_STATUS_SUCCESS,
        latency=latency,
        usage=outcome_pb2.Usage(input_tokens=answer["input_tokens"], output_tokens=answer["output_tokens"]),
        quality=0.9,
        quality_source="user",
    )
    receipt = outcomes.Report(
        outcome_pb2.ReportRequest(ticket=decision.ticket, attempts=[attempt]), timeout=5
    )
    for recorded in receipt.recorded:
        if recorded.HasField("cost_nano_usd"):
            print(f"attempt {recorded.attempt} cost {recorded.cost_nano_usd / 1e9} USD")
