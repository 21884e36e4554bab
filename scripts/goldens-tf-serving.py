"""Writes messages of TensorFlow Serving as its own library encodes them: test/fixtures/tf-serving/messages.json.

Run where tensorflow-serving-api (without its dependencies) and protobuf are: python3 scripts/goldens-tf-serving.py
"""

import json
import pathlib
import sys
import types

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.internal import builder

ROOT = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "tf-serving"


def main():
    provide_error_codes()
    from tensorflow_serving.apis import get_model_status_pb2, model_management_pb2
    from tensorflow_serving.config import model_server_config_pb2

    reload = model_management_pb2.ReloadConfigRequest(
        config=model_server_config_pb2.ModelServerConfig(
            model_config_list=model_server_config_pb2.ModelConfigList(
                config=[
                    {
                        "name": "fraud",
                        "base_path": "/models/fraud",
                        "model_platform": "tensorflow",
                        "model_version_policy": {"specific": {"versions": [1004000, 2**53 - 1]}},
                        "version_labels": {"champion": 1004000},
                    }
                ]
            )
        )
    )
    status = get_model_status_pb2.GetModelStatusRequest()
    status.model_spec.name = "fraud"
    labelled = get_model_status_pb2.GetModelStatusRequest()
    labelled.model_spec.name = "betrug-ä"
    labelled.model_spec.version_label = "candidate"
    answer = get_model_status_pb2.GetModelStatusResponse(
        model_version_status=[
            {"version": 1004000, "state": "AVAILABLE", "status": {}},
            {"version": 1005000, "state": "LOADING", "status": {"error_code": 0}},
            {"version": 7, "state": "END", "status": {"error_code": 5, "error_message": "no such file"}},
        ]
    )
    refused = model_management_pb2.ReloadConfigResponse(status={"error_code": 9, "error_message": "not loaded"})
    messages = {
        "reload": reload,
        "status": status,
        "labelled": labelled,
        "answer": answer,
        "accepted": model_management_pb2.ReloadConfigResponse(status={}),
        "refused": refused,
    }
    ROOT.mkdir(parents=True, exist_ok=True)
    encoded = {name: one.SerializeToString(deterministic=True).hex() for name, one in messages.items()}
    (ROOT / "messages.json").write_text(json.dumps(encoded, indent=1) + "\n")


def provide_error_codes():
    """Stands in for the one file of TensorFlow that the messages need, so that TensorFlow itself is not."""
    file = descriptor_pb2.FileDescriptorProto(
        name="tensorflow/core/protobuf/error_codes.proto", package="tensorflow.error", syntax="proto3"
    )
    code = file.enum_type.add(name="Code")
    for name, number in {"OK": 0, "INVALID_ARGUMENT": 3, "NOT_FOUND": 5, "FAILED_PRECONDITION": 9}.items():
        code.value.add(name=name, number=number)
    descriptor = descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
    for name in ("tensorflow", "tensorflow.core", "tensorflow.core.protobuf"):
        sys.modules[name] = types.ModuleType(name)
    codes = types.ModuleType("tensorflow.core.protobuf.error_codes_pb2")
    builder.BuildTopDescriptorsAndMessages(descriptor, codes.__name__, vars(codes))
    # What the file re-exports in TensorFlow's own tree.
    codes.xla_dot_tsl_dot_protobuf_dot_error__codes__pb2 = codes
    sys.modules[codes.__name__] = codes
    sys.modules["tensorflow.core.protobuf"].error_codes_pb2 = codes


if __name__ == "__main__":
    main()
