import type { ApiDouble, Kept, ServedKind } from './api-double.ts';

interface Spec {
  predictor: { name?: string; canaryTrafficPercent?: number; model: { storageUri: string } };
  canary?: { trafficPercent: number; predictor: { name: string; model: { storageUri: string } } }[];
}

interface Component {
  latestCreatedRevision: string;
  latestReadyRevision: string;
  latestRolledoutRevision: string;
  previousRolledoutRevision: string;
  traffic: { revisionName: string; percent: number; latestRevision: boolean; tag?: string }[];
}

/** A KServe that knows `spec.canary`, or none. */
export function inferenceServices(knows: readonly string[]): ServedKind {
  return {
    group: 'serving.kserve.io',
    version: 'v1beta1',
    plural: 'inferenceservices',
    kind: 'InferenceService',
    problems: ({ spec }) =>
      Object.keys(spec)
        .filter((key) => !knows.includes(key))
        .map((key) => `unknown field "spec.${key}"`),
  };
}

/**
 * What the controllers of KServe and Knative do to one service, by their documented rules: a revision for each new template,
 * the percent to the newest that is ready, the rest to the last that was rolled out.
 */
export class KserveController {
  /** Models that never become ready. */
  readonly broken = new Set<string>();
  readonly uris = new Map<string, string>();
  readonly #double: ApiDouble;
  readonly #object: Kept;

  constructor(double: ApiDouble, object: Kept) {
    this.#double = double;
    this.#object = object;
  }

  /** The percent that another model than this gets. */
  shareBeside(uri: string): number {
    const { traffic } = this.#component();
    return traffic
      .filter(({ revisionName }) => this.uris.get(revisionName) !== uri)
      .reduce((sum, { percent }) => sum + percent, 0);
  }

  knative(): void {
    // The controllers look again after each other until nothing changes.
    for (let turn = 0; turn < 4; turn += 1) this.#turn();
  }

  #turn(): void {
    const { predictor } = this.#object.spec as unknown as Spec; // put by the test, patched by the adapter
    const before = this.#component();
    const status = structuredClone(before);
    const uri = predictor.model.storageUri;
    if (this.uris.get(status.latestCreatedRevision) !== uri) {
      status.latestCreatedRevision = `fraud-predictor-${String(this.uris.size + 1).padStart(5, '0')}`;
      this.uris.set(status.latestCreatedRevision, uri);
    }
    const isBroken = this.broken.has(uri);
    if (!isBroken) status.latestReadyRevision = status.latestCreatedRevision;
    const percent = predictor.canaryTrafficPercent;
    const isBack =
      before.latestRolledoutRevision === before.latestReadyRevision && percent !== undefined && percent < 100;
    const rest = isBack ? before.previousRolledoutRevision : before.latestRolledoutRevision;
    const latest = { revisionName: status.latestReadyRevision, latestRevision: true };
    status.traffic =
      percent === undefined || rest === ''
        ? [{ ...latest, percent: 100 }]
        : [
            { ...latest, percent },
            { revisionName: rest, latestRevision: false, percent: 100 - percent, tag: 'prev' },
          ];
    if (status.traffic[0]?.percent === 100 && status.latestRolledoutRevision !== status.latestReadyRevision) {
      status.previousRolledoutRevision = status.latestRolledoutRevision;
      status.latestRolledoutRevision = status.latestReadyRevision;
    }
    const modelStatus = isBroken ? { lastFailureInfo: { reason: 'ModelLoadFailed', message: 'no such object' } } : {};
    this.#double.write(this.#object, {
      status: { deploymentMode: 'Serverless', components: { predictor: status }, modelStatus },
    });
  }

  standard(): void {
    const { predictor, canary = [] } = this.#object.spec as unknown as Spec; // as above
    const canaryStatuses = canary.map(({ trafficPercent, predictor: { name, model } }) => ({
      name,
      ready: !this.broken.has(model.storageUri),
      trafficPercent,
    }));
    this.#double.write(this.#object, {
      status: {
        deploymentMode: 'Standard',
        conditions: [{ type: 'PredictorReady', status: 'True', message: predictor.name }],
        canaryStatuses,
      },
    });
  }

  #component(): Component {
    const components = this.#object.status['components'] as { predictor: Component } | undefined; // written below
    return (
      components?.predictor ?? {
        latestCreatedRevision: '',
        latestReadyRevision: '',
        latestRolledoutRevision: '',
        previousRolledoutRevision: '',
        traffic: [],
      }
    );
  }
}
