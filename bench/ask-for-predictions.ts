import { Agent, request } from 'node:http';

/**
 * Callers who ask one after the other: `node ask-for-predictions.ts URL CALLERS SECONDS BODY`. Prints how many answers a second
 * there were, the 99th percentile of their latency in milliseconds, and how many were no prediction, as JSON.
 */
const [url = '', callers = '1', seconds = '1', body = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(callers) });
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
const latencies: number[] = [];
let failures = 0;

function ask(): Promise<void> {
  return new Promise((resolve) => {
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode !== 200) failures += 1;
        resolve();
      });
    });
    call.once('error', () => {
      failures += 1;
      resolve();
    });
    call.end(body);
  });
}

async function caller(until: number, isCounted: boolean): Promise<void> {
  while (performance.now() < until) {
    const started = performance.now();
    await ask();
    if (isCounted) latencies.push(performance.now() - started);
  }
}

const all = Array.from({ length: Number(callers) });
await Promise.all(all.map(() => caller(performance.now() + 500, false)));
failures = 0;
const started = performance.now();
await Promise.all(all.map(() => caller(started + Number(seconds) * 1000, true)));
const took = (performance.now() - started) / 1000;
latencies.sort((a, b) => a - b);
const p99 = latencies[Math.max(0, Math.ceil(0.99 * latencies.length) - 1)] ?? Number.NaN;
process.stdout.write(`${JSON.stringify({ perSecond: latencies.length / took, p99, failures })}\n`);
process.exit();
