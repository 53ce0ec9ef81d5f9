"""Writes fixtures/tensorboard-events.json: records of an event file, in hexadecimal, as TensorBoard's own classes write them.

Set-up: a virtual environment with tensorboard==2.21.0.
Use:    python test/parity/tensorboard_events.py        from the project's root
"""

import io
import json
import os

import google.protobuf
import tensorboard
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import crc32c
from tensorboard.summary.writer.record_writer import RecordWriter

HERE = os.path.dirname(__file__)


def scalars(*pairs):
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in pairs])


def text(tag, content):
    tensor = tensor_pb2.TensorProto(
        dtype=types_pb2.DT_STRING,
        tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)]),
        string_val=[content.encode("utf-8")],
    )
    metadata = summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text"),
        data_class=summary_pb2.DATA_CLASS_TENSOR,
    )
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, tensor=tensor, metadata=metadata)])


EVENTS = {
    "file version": event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2"),
    "session start": event_pb2.Event(
        wall_time=1700000001.5, step=301, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    ),
    "scalars": event_pb2.Event(
        wall_time=1700000002.125,
        step=7,
        summary=scalars(("train/loss", 0.7), ("train/learning_rate", 5e-5), ("train/gradient_norm", 0.0)),
    ),
    "large step": event_pb2.Event(wall_time=1.5, step=2**40 + 5, summary=scalars(("validation/r2", -3.25))),
    "infinite": event_pb2.Event(wall_time=2.5, step=128, summary=scalars(("train/gradient_norm", float("inf")))),
    "text": event_pb2.Event(wall_time=1700000003.75, summary=text("settings", "| naïve | 😀 |\n" * 20)),
}


def framed(event):
    stream = io.BytesIO()
    RecordWriter(stream).write(event.SerializeToString())
    return stream.getvalue().hex()


def main():
    out = {
        "versions": {"tensorboard": tensorboard.__version__, "protobuf": google.protobuf.__version__},
        "records": {name: framed(event) for name, event in EVENTS.items()},
        # RFC 3720, B.4, and others.
        "crc32c": [[data.hex(), crc32c(data)] for data in (b"", b"123456789", bytes(32), bytes([255] * 32), bytes(range(32)))],
    }
    with open(os.path.join(HERE, "fixtures", "tensorboard-events.json"), "w", encoding="utf-8") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
