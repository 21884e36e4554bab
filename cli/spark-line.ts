const steps = '▁▂▃▄▅▆▇█';

/** Shares as one line of bars, as high as `most`; nothing at all is a blank. */
export function sparkLine(values: readonly number[], most: number): string {
  return values.map((value) => (value > 0 && most > 0 ? step(value / most) : ' ')).join('');
}

/** Text on one line of the terminal: control characters could hide or forge output. */
export function shownText(text: string, width: number): string {
  const plain = text.replace(/\p{C}/gu, '�');
  const points = [...plain];
  return points.length > width ? `${points.slice(0, width - 1).join('')}…` : plain;
}

function step(share: number): string {
  return steps[Math.min(steps.length - 1, Math.max(0, Math.round(share * (steps.length - 1))))] ?? ' ';
}
