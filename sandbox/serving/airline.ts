import { readFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { Counter, Registry } from 'prom-client';
import { z } from 'zod';

/**
 * An airline that asks how late each of its flights will be, and learns later how late it was: `node airline.ts ORDER`, where
 * ORDER is JSON. It counts, by who answered, the answers that were off by more than half an hour, and shows its counters.
 * Some of its requests lack an airport, as those of any caller would.
 */
const Order = z.strictObject({
  /** Where predictions are asked, e.g. http://127.0.0.1:8080/v2/models/delay-minutes/infer. */
  infer: z.string(),
  model: z.string(),
  /** Lines of JSON, one per flight. */
  flights: z.string(),
  perSecond: z.number(),
  /** One request in so many lacks an airport. */
  brokenOneIn: z.number(),
  /** Where its own counters are shown. */
  port: z.number(),
});
/** What the airline is told. */
export type AirlineOrder = z.infer<typeof Order>;

const Flight = z.looseObject({
  hour: z.number(),
  weekday: z.number(),
  distance: z.number(),
  origin: z.string(),
  destination: z.string(),
  delay: z.number(),
});
type Flight = z.infer<typeof Flight>;

const Answer = z.looseObject({ outputs: z.array(z.looseObject({ data: z.array(z.number()) })).min(1) });

const missMinutes = 30;
const mostOpen = 200;
const everyMs = 10;

function main(): void {
  const order = Order.parse(JSON.parse(process.argv[2] ?? '{}'));
  const flights = readFileSync(order.flights, 'utf8')
    .trim()
    .split('\n')
    .map((line) => Flight.parse(JSON.parse(line)));
  const registry = new Registry();
  const labelNames = ['model', 'version', 'arm'] as const;
  const answers = new Counter({
    name: 'airline_answers_total',
    help: 'Predictions that were answered',
    labelNames,
    registers: [registry],
  });
  const misses = new Counter({
    name: 'airline_misses_total',
    help: `Those that were off by more than ${missMinutes} minutes`,
    labelNames,
    registers: [registry],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const started = performance.now();
  let sent = 0;
  let open = 0;

  const shown = createServer(async (_, response) => {
    response.setHeader('content-type', registry.contentType).end(await registry.metrics());
  });
  shown.listen(order.port, '127.0.0.1', () => process.stdout.write('listens\n'));
  setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1000) * order.perSecond);
    for (; sent < due; sent++) if (open < mostOpen) ask(sent);
  }, everyMs);
  // Whoever started it has ended.
  process.stdin.on('end', () => process.exit()).resume();

  function ask(number: number): void {
    const flight = flights[number % flights.length];
    if (flight === undefined) return;
    const isBroken = number % order.brokenOneIn === order.brokenOneIn - 1;
    const body = questionOf(flight, isBroken ? null : flight.origin);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    open += 1;
    const call = request(order.infer, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('close', () => {
        open -= 1;
        if (response.statusCode !== 200) return;
        const [version, arm] = [response.headers['siskin-version'], response.headers['siskin-arm']];
        const labels = { model: order.model, version: String(version), arm: String(arm) };
        const answer = Answer.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        const predicted = answer.data?.outputs[0]?.data[0] ?? Number.NaN;
        answers.inc(labels);
        misses.inc(labels, Math.abs(predicted - flight.delay) > missMinutes ? 1 : 0);
      });
    });
    call.once('error', () => {
      open -= 1;
    });
    call.end(body);
  }
}

function questionOf({ hour, weekday, distance, destination }: Flight, origin: string | null): string {
  const number = (name: string, value: number) => ({ name, datatype: 'FP32', shape: [1, 1], data: [value] });
  const text = (name: string, value: string | null) => ({ name, datatype: 'BYTES', shape: [1, 1], data: [value] });
  const numbers = [number('hour', hour), number('weekday', weekday), number('distance', distance)];
  return JSON.stringify({ inputs: [...numbers, text('origin', origin), text('destination', destination)] });
}

main();
