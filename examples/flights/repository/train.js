// Trains `late-arrival`: will a flight be more than 15 minutes late? Every hour, weekday, distance and airport has its own
// row of weights; their sum goes through one hidden layer. Same data, parameters and seed give the same model.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { categoriesOf, layoutOf, placesOf, readFlights } from './features.js';
import { saveModel } from './save.js';

const paths = (process.env.SISKIN_DATA ?? 'data/train/2001-01.parquet').split('\n').filter((path) => path !== '');
const output = process.env.SISKIN_OUTPUT ?? 'out/late-arrival';
const seed = Number(process.env.SISKIN_SEED ?? 1);
const checkpoint = process.env.SISKIN_CHECKPOINT;
const parameters = JSON.parse(readFileSync('params.json', 'utf8'));

tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
await tf.setBackend('wasm');
const started = performance.now();
const flights = await readFlights(paths);
const categories = categoriesOf(flights);
const layout = layoutOf(categories);
const places = placesOf(flights, { categories, layout });
const width = layout.columns.length;
console.log(`${flights.length} flights from ${paths.length} files, ${layout.size} rows of weights`);

const random = mulberry32(seed);
const hidden = parameters.hidden;
const weights = {
  table: variable([layout.size, hidden], 0.1),
  bias: variable([hidden], 0),
  head: variable([hidden, 1], 1 / Math.sqrt(hidden)),
  headBias: variable([1], 0),
};
const firstEpoch = resume();
for (let epoch = firstEpoch; epoch < parameters.epochs; epoch += 1) {
  const loss = trainEpoch(epoch);
  console.log(`epoch ${epoch + 1}/${parameters.epochs}: loss ${loss.toFixed(4)}, ${seconds()} s`);
  keep(epoch + 1);
}
await saveModel({ folder: output, weights: plain(weights), categories, layout, hidden });
console.log(`wrote ${output} after ${seconds()} s`);

function trainEpoch(epoch) {
  // Plain gradient descent has no memory, so that an interrupted training goes on exactly where it stopped.
  const optimizer = tf.train.sgd(parameters['learning-rate'] * 0.5 ** epoch);
  const order = shuffled(flights.length, mulberry32(seed * 1000 + epoch));
  const size = parameters['batch-size'];
  let total = 0;
  let batches = 0;
  for (let start = 0; start + size <= order.length; start += size) {
    total += trainBatch(order.subarray(start, start + size), optimizer);
    batches += 1;
  }
  optimizer.dispose();
  return total / Math.max(1, batches);
}

function trainBatch(rows, optimizer) {
  const hot = new Float32Array(rows.length * layout.size);
  const truth = new Float32Array(rows.length);
  for (const [index, row] of rows.entries()) {
    for (let column = 0; column < width; column += 1) hot[index * layout.size + places[row * width + column]] = 1;
    truth[index] = flights[row].late ? 1 : 0;
  }
  return tf.tidy(() => {
    const input = tf.tensor2d(hot, [rows.length, layout.size]);
    const labels = tf.tensor2d(truth, [rows.length, 1]);
    const loss = optimizer.minimize(() => lossOf(logits(input), labels), true, Object.values(weights));
    return loss.dataSync()[0];
  });
}

function logits(input) {
  const layer = tf.relu(tf.add(tf.matMul(input, weights.table), weights.bias));
  return tf.add(tf.matMul(layer, weights.head), weights.headBias);
}

/** Binary cross-entropy of logits: max(x, 0) − x·y + log(1 + e^−|x|), which never overflows. */
function lossOf(x, y) {
  const stable = tf.log1p(tf.exp(tf.neg(tf.abs(x))));
  return tf.mean(tf.add(tf.sub(tf.relu(x), tf.mul(x, y)), stable));
}

function variable(shape, spread) {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (random() * 2 - 1) * spread);
  return tf.variable(tf.tensor(values, shape));
}

function plain(variables) {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, Array.from(value.dataSync())]));
}

/** The epoch to go on with: an earlier attempt of the same training may have left its weights. */
function resume() {
  const file = join(checkpoint ?? '', 'weights.json');
  if (checkpoint === undefined || !existsSync(file)) return 0;
  const saved = JSON.parse(readFileSync(file, 'utf8'));
  for (const [name, values] of Object.entries(saved.weights))
    weights[name].assign(tf.tensor(values, weights[name].shape));
  console.log(`resumes after epoch ${saved.epoch}`);
  return saved.epoch;
}

function keep(epoch) {
  if (checkpoint === undefined) return;
  mkdirSync(checkpoint, { recursive: true });
  const file = join(checkpoint, 'weights.json');
  writeFileSync(`${file}.new`, JSON.stringify({ epoch, weights: plain(weights) }));
  renameSync(`${file}.new`, file);
}

function shuffled(length, next) {
  const order = Uint32Array.from({ length }, (_, index) => index);
  for (let index = length - 1; index > 0; index -= 1) {
    const other = Math.floor(next() * (index + 1));
    [order[index], order[other]] = [order[other], order[index]];
  }
  return order;
}

/** A small random generator with a seed: Math.random has none. */
function mulberry32(state) {
  let a = state >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function seconds() {
  return ((performance.now() - started) / 1000).toFixed(1);
}
