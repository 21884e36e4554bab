// A model server with nothing to it: Node's http, JSON, and one run of onnxruntime per request, in one process.
import { createServer } from 'node:http';
import * as ort from 'onnxruntime-node';

const [path, port] = process.argv.slice(2);
const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const feeds = {};
    for (const { name, datatype, shape, data } of JSON.parse(Buffer.concat(chunks).toString()).inputs) {
      feeds[name] =
        datatype === 'FP32'
          ? new ort.Tensor('float32', Float32Array.from(data), shape)
          : new ort.Tensor('string', data, shape);
    }
    const answer = await session.run(feeds);
    const outputs = Object.entries(answer).map(([name, { dims, data }]) => ({
      name,
      shape: dims,
      data: Array.from(data),
    }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ outputs }));
  });
}).listen(Number(port), '127.0.0.1', () => console.log('listens'));
