import { readFileSync } from 'node:fs';
import { parquetReadObjects } from 'hyparquet';

/** The columns that the model reads, in its order, and how many places each has in the table of weights. */
const features = [
  { name: 'hour', places: 24, scale: 1 },
  { name: 'weekday', places: 8, scale: 1 },
  { name: 'distance', places: 60, scale: 1 / 100 },
  { name: 'origin', places: null, scale: 1 },
  { name: 'destination', places: null, scale: 1 },
];

/** Reads Parquet files into flights, in the order of the files and their rows. */
export async function readFlights(paths) {
  const flights = [];
  for (const path of paths) {
    const bytes = readFileSync(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    for (const row of await parquetReadObjects({ file })) {
      const { hour, weekday, distance, origin, destination, late } = row;
      flights.push({ hour, weekday, distance, origin, destination, late });
    }
  }
  return flights;
}

/** The values of each text column: a text counts as its place in this list, −1 when it is not there. */
export function categoriesOf(flights) {
  const valuesOf = (name) => [...new Set(flights.map((flight) => flight[name]))].sort();
  return { origin: valuesOf('origin'), destination: valuesOf('destination') };
}

/** Where each feature begins in the table of weights. Text columns have one place more, for what was never seen. */
export function layoutOf(categories) {
  let size = 0;
  const columns = features.map(({ name, places, scale }) => {
    // A half of a hundredth keeps 500 miles in the place of 500 when numbers are rounded to 32 bits.
    const offset = size + (places === null ? 1 : 0.005);
    size += places ?? categories[name].length + 1;
    return { name, scale, offset };
  });
  return { columns, size };
}

/** The places of every flight in the table of weights: as many numbers a flight as there are features. */
export function placesOf(flights, { categories, layout }) {
  const index = Object.fromEntries(
    Object.entries(categories).map(([name, values]) => [name, new Map(values.map((value, place) => [value, place]))]),
  );
  const width = layout.columns.length;
  const places = new Int32Array(flights.length * width);
  for (const [row, flight] of flights.entries()) {
    for (const [column, { name, scale, offset }] of layout.columns.entries()) {
      const value = index[name]?.get(flight[name]) ?? flight[name];
      places[row * width + column] = Math.trunc(value * scale + offset);
    }
  }
  return places;
}
