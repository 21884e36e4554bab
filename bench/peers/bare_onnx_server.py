"""A model server with nothing to it: Python's http.server with a thread per connection, and one run of onnxruntime per request."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import onnxruntime as ort

options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession(sys.argv[1], options)
types = {"FP32": np.float32, "BYTES": object}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        feeds = {
            one["name"]: np.array(one["data"], dtype=types[one["datatype"]]).reshape(one["shape"])
            for one in request["inputs"]
        }
        names = [output.name for output in session.get_outputs()]
        outputs = [
            {"name": name, "shape": value.shape, "data": value.ravel().tolist()}
            for name, value in zip(names, session.run(None, feeds))
        ]
        body = json.dumps({"outputs": outputs}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
print("listens", flush=True)
server.serve_forever()
