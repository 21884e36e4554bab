import { AppError } from '../../../error.ts';
import type { Capability, Observed, ServedModel, ServingPlatform, Traffic } from '../../../ports/serving.ts';
import { refuseOutdated } from '../proxy/places.ts';

/** How far an arm of a model server is with a model. */
export type Loading =
  | { readonly kind: 'ready' }
  | { readonly kind: 'loading' }
  /** It serves something else, or nothing. */
  | { readonly kind: 'elsewhere'; readonly reason: string };

/** What a model server has one of for each model. */
export type Arm = 'champion' | 'candidate';

/** A model server that loads a version for each arm, and splits no traffic. */
export interface Loader {
  /** Sentences that say why it cannot serve here. */
  problems(): Promise<readonly string[]>;
  state(arm: Arm, version: string): Promise<Loading>;
  /** Makes an arm serve a model; what the arm served goes on until then. AppError when the server refuses. */
  place(arm: Arm, version: string): Promise<Loading>;
}

/** The port of a model server with a proxy in front, whose first server is the champion's arm. The proxy keeps the fence. */
export function behindProxy(loader: Loader, proxy: ServingPlatform): ServingPlatform {
  return {
    probe: () => probe(loader, proxy),
    apply: (traffic) => apply(loader, proxy, traffic),
    observe: () => observe(loader, proxy),
  };
}

async function probe(loader: Loader, proxy: ServingPlatform): Promise<Capability> {
  const capability = await proxy.probe();
  return { ...capability, problems: [...(await loader.problems()), ...capability.problems] };
}

async function apply(loader: Loader, proxy: ServingPlatform, traffic: Traffic): Promise<void> {
  const seen = await proxy.observe();
  refuseOutdated(traffic.fence, seen.fence, 'the proxy');
  const { champion, candidate } = traffic;
  const nothing = { ...traffic, weight: 0, shadow: 0 };
  if (candidate === null && champion !== null && isSame(seen.champion, champion)) {
    // A rollback waits for no model server: what it goes back to is there, and only the proxy has to say so.
    await proxy.apply(traffic);
    await placed(loader, 'champion', champion).catch((thrown: unknown) => {
      // What is wrong there, `observe` tells; traffic is back.
      if (!(thrown instanceof AppError)) throw thrown;
    });
    return;
  }
  const sends = seen.weight > 0 || seen.shadow > 0;
  if (candidate !== null && sends && !isSame(seen.candidate, candidate)) await proxy.apply(nothing);
  // A promotion: what is the candidate's arm and what is the champion's serve the same before the proxy is told.
  if (champion !== null) await placed(loader, 'champion', champion);
  if (candidate === null) return await proxy.apply(traffic);
  const isThere = (await loader.state('candidate', candidate.version)).kind === 'ready';
  // What is loaded for nothing would be found out only when it is ready.
  if (!isThere) refuseBeyond(await proxy.probe(), traffic);
  const loading = isThere ? ({ kind: 'ready' } as const) : await loader.place('candidate', candidate.version);
  await proxy.apply(loading.kind === 'ready' ? traffic : nothing);
}

function refuseBeyond(capability: Capability, { weight, shadow, audience }: Traffic): void {
  const cannot =
    (capability.weights !== 'any' && !Number.isInteger(weight) && `${weight} percent`) ||
    (shadow > 0 && !capability.shadow && 'shadow traffic') ||
    (audience !== null && 'header' in audience && !capability.header && 'an audience by header') ||
    (audience !== null && 'cookie' in audience && !capability.sticky && 'an audience by cookie');
  if (cannot === false) return;
  throw new AppError('unsupported', `expected what the proxy can do, found ${cannot}; change the plan of the rollout`);
}

async function placing(loader: Loader, arm: Arm, model: ServedModel): Promise<Loading> {
  const loading = await loader.state(arm, model.version);
  return loading.kind === 'ready' ? loading : await loader.place(arm, model.version);
}

async function placed(loader: Loader, arm: Arm, model: ServedModel): Promise<void> {
  const loading = await placing(loader, arm, model);
  if (loading.kind === 'ready') return;
  const found = loading.kind === 'loading' ? 'that it is still being loaded' : loading.reason;
  throw new AppError(
    'unavailable',
    `expected version ${JSON.stringify(model.version).slice(0, 100)} to be ready for the ${arm}, found ${found}; it is tried again`,
  );
}

function isSame(seen: Observed['champion'], model: ServedModel): boolean {
  return seen?.version === model.version && seen.digest === model.digest;
}

async function observe(loader: Loader, proxy: ServingPlatform): Promise<Observed> {
  const seen = await proxy.observe();
  const troubles = seen.trouble === null ? [] : [seen.trouble];
  const stateOf = async (arm: Arm, model: Observed['champion']): Promise<Loading['kind']> => {
    if (model?.version == null) return 'ready';
    const state = await loader.state(arm, model.version);
    if (state.kind === 'loading') troubles.push(`the ${arm} is still being loaded`);
    if (state.kind === 'elsewhere') troubles.push(`the ${arm}: ${state.reason}`);
    return state.kind;
  };
  const champion = await stateOf('champion', seen.champion).catch((thrown: unknown) => {
    // Without a candidate the proxy alone says who gets what; that a rollback is done is not for the model server to confirm.
    if (seen.candidate !== null || !(thrown instanceof AppError)) throw thrown;
    troubles.push(thrown.message);
    return 'ready' as const;
  });
  const candidate = await stateOf('candidate', seen.candidate);
  const unknown = { version: null, digest: null };
  return {
    ...seen,
    champion: seen.champion !== null && champion === 'elsewhere' ? unknown : seen.champion,
    candidate:
      seen.candidate === null ? null : { ...seen.candidate, ready: seen.candidate.ready && candidate === 'ready' },
    trouble: troubles.length === 0 ? null : troubles.join('; ').slice(0, 500),
  };
}
