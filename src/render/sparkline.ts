const blocks = '▁▂▃▄▅▆▇█';

/** At most this many blocks: more cannot be told apart at a glance, and two of them must fit into one cell. */
const widest = 12;

/**
 * Two shapes on one scale, as block characters: the shares of the reference and of the current data over the same bins.
 * Many bins are added up to at most 12.
 */
export function sparklines(reference: readonly number[], current: readonly number[]): readonly [string, string] {
  const a = narrowed(reference);
  const b = narrowed(current);
  const top = Math.max(...a, ...b, Number.MIN_VALUE);
  return [drawn(a, top), drawn(b, top)];
}

/** A course of values as block characters, at most 12 of them: each shows the largest of those it stands for. */
export function sparkline(values: readonly number[], top: number): string {
  const width = Math.max(1, Math.ceil(values.length / widest));
  const shape = Array.from({ length: Math.ceil(values.length / width) }, (_, bin) =>
    values.slice(bin * width, (bin + 1) * width).reduce((most, value) => Math.max(most, value), 0),
  );
  return drawn(shape, Math.max(top, Number.MIN_VALUE));
}

const barWidth = 8;

/** A share from 0 to 1 as a bar of eight marks; what is not nothing has at least one. */
export function shareBar(share: number): string {
  const filled = share > 0 ? Math.min(barWidth, Math.max(1, Math.round(share * barWidth))) : 0;
  return `${'▰'.repeat(filled)}${'▱'.repeat(barWidth - filled)}`;
}

function narrowed(all: readonly number[]): readonly number[] {
  const values = all.map((value) => (Number.isFinite(value) ? value : 0));
  const width = Math.ceil(values.length / widest);
  if (width <= 1) return values;
  const sums = new Array<number>(Math.ceil(values.length / width)).fill(0);
  values.forEach((value, index) => {
    const bin = Math.floor(index / width);
    sums[bin] = (sums[bin] ?? 0) + value;
  });
  return sums;
}

function drawn(shape: readonly number[], top: number): string {
  return shape.map((value) => blocks[level(value, top)] ?? '▁').join('');
}

function level(value: number, top: number): number {
  if (!(value > 0)) return 0;
  return Math.min(blocks.length - 1, Math.round((value / top) * (blocks.length - 1)));
}
