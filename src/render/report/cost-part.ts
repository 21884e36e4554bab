import { type MetricName, metricDefinitions } from '../../evaluate/metric-name.ts';
import { html, htmlProse } from '../escape.ts';
import { metricWords } from '../metric-table.ts';
import { bytes, duration, percent } from '../number.ts';
import { operatorWords, servingTable } from '../serving-words.ts';
import { htmlOf } from '../word-table.ts';
import { type HtmlColumn, htmlFacts, htmlTable } from './element.ts';
import type { Subject } from './subject.ts';

const columns: readonly HtmlColumn[] = [
  { title: 'serving', kind: 'name' },
  { title: 'champion', kind: 'number' },
  { title: 'candidate', kind: 'number' },
  { title: 'difference', kind: 'number' },
];

/** What the model costs to serve and what it took to get these numbers. */
export function costPart({ measured, origin }: Subject): string {
  const { evaluation, training } = measured;
  const serving = (['latency-p50', 'latency-p95', 'model-bytes'] as const satisfies readonly MetricName[]).flatMap(
    (metric) => {
      const comparison = evaluation?.metrics[metric];
      if (comparison === undefined) return [];
      const words = metricWords({ metric, comparison });
      return [
        [
          html(metricDefinitions[metric].title),
          htmlProse(words.champion, 120),
          htmlProse(words.candidate, 120),
          html(words.difference),
        ],
      ];
    },
  );
  const facts = [
    ...(training === null
      ? []
      : [
          ['training', duration(training.seconds)] as const,
          [
            'memory of the training',
            training.peakMemoryBytes === null ? 'not measured' : bytes(training.peakMemoryBytes),
          ] as const,
          ['GPU', gpuWords(training.gpu)] as const,
        ]),
    ...(origin.kind === 'run' ? [['evaluation', duration(origin.seconds)] as const] : []),
  ];
  return [
    serving.length === 0 ? '' : htmlTable('Latency and size', columns, serving),
    evaluation?.serving === undefined
      ? ''
      : `${htmlOf(servingTable(evaluation.serving))}<p class="meta">${htmlProse(operatorWords(evaluation.serving), 2000)}</p>`,
    facts.length === 0 ? '' : htmlFacts(facts),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** The GPU as its job reported it. */
export function gpuWords(gpu: NonNullable<Subject['measured']['training']>['gpu']): string {
  if (gpu === null) return 'none';
  const busy = gpu.peakUtilization > 1 ? gpu.peakUtilization / 100 : gpu.peakUtilization;
  return `${html(gpu.name)}, ${bytes(gpu.peakMemoryBytes)} and ${percent(busy)} busy at most`;
}
