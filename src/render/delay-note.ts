import { clock } from './markdown.ts';

/** The last line of a comment that could not be written while GitHub refused us for our rate, until an instant (ISO 8601). */
export function delayNote(refusedUntil: string): string {
  return `<sub>Degraded: GitHub throttled this App until ${clock(refusedUntil, refusedUntil)}; what stands here may have come late.</sub>`;
}
