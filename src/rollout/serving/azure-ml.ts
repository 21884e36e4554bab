import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { ServingPlatform } from '../../ports/serving.ts';
import { Address } from '../connections/address.ts';
import { askJson, askText } from '../connections/ask.ts';
import { Secret } from '../connections/secret.ts';
import { Timeout } from '../connections/timeout.ts';
import { tokenSource } from '../connections/token.ts';
import { understood } from '../connections/understood.ts';
import { asItIs, fillIn, inAddress } from '../fill-in.ts';
import { type EndpointState, openEndpoint } from './cloud/endpoint.ts';
import { toTags } from './cloud/record-tags.ts';
import { type ServingPlace, servingKind } from './kind.ts';
import { renderSplitRecord } from './proxy/split-record.ts';

const id = z.string().regex(/^[0-9A-Za-z._-]{1,100}$/, 'an id; copy it from the portal');

const Connection = z.strictObject({
  subscription: id,
  'resource-group': id,
  workspace: id.describe('The workspace of Azure Machine Learning.'),
  tenant: id,
  'client-id': id,
  'client-secret': Secret,
  url: Address.default('https://management.azure.com'),
  'login-url': Address.default('https://login.microsoftonline.com'),
  ...Timeout.shape,
});

const Target = z.strictObject({
  endpoint: z.string().min(1).max(100).default('{model}').describe('The online endpoint; `{model}` is replaced.'),
  deployment: z.string().min(1).max(100).default('v-{version}').describe('The deployment of a version.'),
});

/** Azure Machine Learning by the traffic of an online endpoint. */
export const azureMl = servingKind({ Connection, Target, open: openAzureMl });

const Percents = z.record(z.string(), z.number()).nullish();

/** https://learn.microsoft.com/rest/api/azureml/online-endpoints/get */
const Endpoint = z.looseObject({
  location: z.string(),
  tags: z.record(z.string(), z.string()).nullish(),
  properties: z.looseObject({
    provisioningState: z.string().nullish(),
    traffic: Percents,
    mirrorTraffic: Percents,
  }),
});
const Deployments = z.looseObject({
  value: z.array(
    z.looseObject({ name: z.string(), properties: z.looseObject({ provisioningState: z.string().nullish() }) }),
  ),
  nextLink: z.string().nullish(),
});

interface State extends EndpointState {
  readonly endpoint: z.output<typeof Endpoint>;
}

const tags = { alphabet: 'base64url', length: 250 } as const;
const version = 'api-version=2024-10-01';

/** The port to one online endpoint. The app registration needs to read and write endpoints and to read deployments. */
export function openAzureMl(given: {
  readonly connection: z.output<typeof Connection>;
  readonly target: z.output<typeof Target>;
  readonly place: ServingPlace;
}): ServingPlatform {
  const { connection, target, place } = given;
  const name = fillIn(target.endpoint, { model: place.model }, asItIs);
  const common = { name: place.name, timeoutMs: connection['timeout-seconds'] * 1000 };
  const root = [
    `${connection.url}/subscriptions/${inAddress(connection.subscription)}`,
    `resourceGroups/${inAddress(connection['resource-group'])}/providers/Microsoft.MachineLearningServices`,
    `workspaces/${inAddress(connection.workspace)}/onlineEndpoints/${inAddress(name)}`,
  ].join('/');
  const token = tokenSource({
    ask: common,
    now: place.now,
    form: async () => ({
      url: `${connection['login-url']}/${inAddress(connection.tenant)}/oauth2/v2.0/token`,
      fields: {
        grant_type: 'client_credentials',
        client_id: connection['client-id'],
        client_secret: place.secret(connection['client-secret']),
        scope: `${connection.url}/.default`,
      },
    }),
  });
  return openEndpoint<State>({
    label: `endpoint ${name} of Azure Machine Learning`,
    capability: { weights: 'whole-percents', mostWeight: 100, shadow: true, header: false, sticky: false, fence: true },
    // https://learn.microsoft.com/azure/machine-learning/how-to-safely-rollout-online-endpoints
    mostShadow: 50,
    deployment: target.deployment,
    name: /^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/,
    tags,
    read,
    write,
  });

  async function headers(): Promise<Readonly<Record<string, string>>> {
    return { 'content-type': 'application/json', authorization: `Bearer ${await token()}` };
  }

  async function read(): Promise<State> {
    const asked = { ...common, headers: await headers(), limitBytes: 4_000_000 };
    const shape = { name: place.name, service: 'Azure Machine Learning' };
    const endpoint = understood(await askJson({ ...asked, url: `${root}?${version}` }), { ...shape, schema: Endpoint });
    const list = understood(await askJson({ ...asked, url: `${root}/deployments?${version}` }), {
      ...shape,
      schema: Deployments,
    });
    if (list.nextLink) {
      throw new AppError(
        'too-large',
        `expected the deployments of endpoint ${name} on one page, found more; remove those that serve nothing`,
      );
    }
    const { provisioningState: state, traffic, mirrorTraffic } = endpoint.properties;
    const deployments = list.value.map(({ name, properties: { provisioningState: own } }) => ({
      name,
      weight: traffic?.[name] ?? 0,
      coming: traffic?.[name] ?? 0,
      shadow: mirrorTraffic?.[name] ?? 0,
      trouble: own == null || own === 'Succeeded' || own === 'Updating' ? null : `is ${own}`,
    }));
    const isAtRest = state == null || ['Succeeded', 'Failed', 'Canceled'].includes(state);
    return {
      endpoint,
      deployments,
      tags: endpoint.tags ?? {},
      trouble: state == null || state === 'Succeeded' ? null : `the endpoint is ${state}`,
      isBusy: !isAtRest,
    };
  }

  // PATCH takes tags and identity only. PUT takes the whole endpoint, so what was read goes back with it.
  async function write({ endpoint }: State, wish: Parameters<Parameters<typeof openEndpoint<State>>[0]['write']>[1]) {
    const { provisioningState, scoringUri, swaggerUri, ...properties } = endpoint.properties;
    const { identity, kind, sku, location } = endpoint;
    const body = JSON.stringify({
      location,
      ...(identity == null ? {} : { identity }),
      ...(kind == null ? {} : { kind }),
      ...(sku == null ? {} : { sku }),
      tags: { ...endpoint.tags, ...toTags(renderSplitRecord(wish.record), tags) },
      properties: { ...properties, traffic: wish.weights, mirrorTraffic: wish.shadow },
    });
    await askText({ ...common, url: `${root}?${version}`, method: 'PUT', headers: await headers(), body });
  }
}
