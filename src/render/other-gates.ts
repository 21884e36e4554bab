import type { Judgement } from '../decide/judgement.ts';
import { metricDefinitions } from '../evaluate/metric-name.ts';
import type { Verdict } from '../verdict.ts';
import { verdictOutcome } from './outcome.ts';
import { gateTone } from './report/tone.ts';
import type { Cell, WordTable } from './word-table.ts';

/** The gates that bound no single metric: those on slices, and those of serving. Null when the policy has none. */
export function otherGates({ slices = [], edge = [] }: Judgement): WordTable | null {
  const rows = [
    ...slices.map(({ metric, note, ...gate }) => ({
      ...gate,
      title: `${metricDefinitions[metric].title}, every slice`,
      note,
    })),
    ...edge.map((gate) => ({ ...gate, title: 'serving', note: '' })),
  ].sort((a, b) => rank[a.verdict] - rank[b.verdict]);
  if (rows.length === 0) return null;
  return {
    caption: 'Gates on slices and serving',
    things: 'gates',
    columns: [
      { title: 'gate on', kind: 'name' },
      { title: 'verdict', kind: 'words' },
      { title: 'bound', kind: 'words' },
      { title: 'why', kind: 'words' },
    ],
    rows: rows.map(({ title, verdict, bound, reason, note, override }): readonly Cell[] => {
      const overridden = override === undefined ? '' : `overridden by \`${override.by}\`: ${override.reason}`;
      const { icon } = verdictOutcome(verdict);
      return [
        title,
        { icon, word: override === undefined ? verdict : `${verdict}, overridden`, tone: gateTone(verdict) },
        bound,
        [reason, note, overridden].filter((part) => part !== '').join('; '),
      ];
    }),
  };
}

const rank: Readonly<Record<Verdict, number>> = { error: 0, fail: 1, inconclusive: 2, pass: 3 };
