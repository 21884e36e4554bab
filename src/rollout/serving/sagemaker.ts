import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { ServingPlatform } from '../../ports/serving.ts';
import { signedForAws } from '../aws-signature.ts';
import { Address } from '../connections/address.ts';
import { askJson, askText } from '../connections/ask.ts';
import { AwsKeys, awsCredentials } from '../connections/aws-keys.ts';
import { Timeout } from '../connections/timeout.ts';
import { understood } from '../connections/understood.ts';
import { asItIs, fillIn } from '../fill-in.ts';
import { type EndpointState, openEndpoint } from './cloud/endpoint.ts';
import { toTags } from './cloud/record-tags.ts';
import { type ServingPlace, servingKind } from './kind.ts';
import { renderSplitRecord } from './proxy/split-record.ts';

const Connection = z.strictObject({
  ...AwsKeys.shape,
  url: Address.optional().describe('Default: https://api.sagemaker.<region>.amazonaws.com.'),
  ...Timeout.shape,
});

const Target = z.strictObject({
  endpoint: z.string().min(1).max(100).default('{model}').describe('The endpoint; `{model}` is replaced.'),
  deployment: z.string().min(1).max(100).default('v-{version}').describe('The production variant of a version.'),
});

/** Amazon SageMaker by the weights of production variants. */
export const sagemaker = servingKind({ Connection, Target, open: openSagemaker });

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html */
const Described = z.looseObject({
  EndpointArn: z.string().min(1),
  EndpointStatus: z.string(),
  FailureReason: z.string().nullish(),
  ProductionVariants: z
    .array(
      z.looseObject({
        VariantName: z.string(),
        CurrentWeight: z.number().nullish(),
        DesiredWeight: z.number().nullish(),
        CurrentInstanceCount: z.number().nullish(),
        CurrentServerlessConfig: z.unknown().optional(),
      }),
    )
    .nullish(),
});
const Tags = z.looseObject({
  Tags: z.array(z.looseObject({ Key: z.string(), Value: z.string() })).default([]),
  NextToken: z.string().nullish(),
});

interface State extends EndpointState {
  readonly arn: string;
}

const tags = { alphabet: 'base64url', length: 250 } as const;

/** The port to one endpoint. Its identity needs DescribeEndpoint, UpdateEndpointWeightsAndCapacities, AddTags and ListTags. */
export function openSagemaker(given: {
  readonly connection: z.output<typeof Connection>;
  readonly target: z.output<typeof Target>;
  readonly place: ServingPlace;
}): ServingPlatform {
  const { connection, target, place } = given;
  const { region } = connection;
  const endpoint = fillIn(target.endpoint, { model: place.model }, asItIs);
  const name = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
  if (!name.test(endpoint)) {
    throw new AppError(
      'bad-config',
      `expected \`serving.endpoint\` of at most 63 letters, digits and hyphens, found ${JSON.stringify(endpoint).slice(0, 120)}; name an endpoint of SageMaker`,
    );
  }
  return openEndpoint<State>({
    label: `endpoint ${endpoint} of SageMaker`,
    capability: { weights: 'any', mostWeight: 100, shadow: false, header: false, sticky: false, fence: true },
    mostShadow: 0,
    deployment: target.deployment,
    name,
    tags,
    read,
    async write(state, { weights, record }) {
      // The fence first: a writer that is late shall see it before the weights.
      const Tags = Object.entries(toTags(renderSplitRecord(record), tags)).map(([Key, Value]) => ({ Key, Value }));
      await ask('AddTags', { ResourceArn: state.arn, Tags });
      const isSo = state.deployments.every((one) => one.coming === (weights[one.name] ?? 0));
      if (isSo) return;
      await ask('UpdateEndpointWeightsAndCapacities', {
        EndpointName: endpoint,
        DesiredWeightsAndCapacities: state.deployments.map((one) => ({
          VariantName: one.name,
          DesiredWeight: weights[one.name] ?? 0,
        })),
      });
    },
  });

  async function read(): Promise<State> {
    const described = understood(JSON.parse(await ask('DescribeEndpoint', { EndpointName: endpoint })), {
      schema: Described,
      name: place.name,
      service: 'SageMaker',
    });
    const { EndpointArn: arn, EndpointStatus: status, FailureReason: reason } = described;
    const variants = described.ProductionVariants ?? [];
    const percent = (weight: number, all: readonly number[]): number => {
      const whole = all.reduce((sum, one) => sum + one, 0);
      return whole === 0 ? 0 : (weight / whole) * 100;
    };
    const current = variants.map(({ CurrentWeight: weight }) => weight ?? 0);
    const desired = variants.map(({ DesiredWeight: weight }, index) => weight ?? current[index] ?? 0);
    const deployments = variants.map((variant, index) => ({
      name: variant.VariantName,
      weight: percent(current[index] ?? 0, current),
      coming: percent(desired[index] ?? 0, desired),
      shadow: 0,
      trouble: variant.CurrentServerlessConfig == null && variant.CurrentInstanceCount === 0 ? 'has no instance' : null,
    }));
    const isServing = status === 'InService' || status === 'Updating' || status === 'SystemUpdating';
    return {
      arn,
      deployments: isServing ? deployments : deployments.map((one) => ({ ...one, trouble: `is ${status}` })),
      tags: await readTags(arn),
      trouble: status === 'InService' ? null : `the endpoint is ${status}${reason ? ` (${reason.slice(0, 200)})` : ''}`,
      isBusy: status !== 'InService' && status !== 'Failed',
    };
  }

  async function readTags(arn: string): Promise<Readonly<Record<string, string>>> {
    const found: Record<string, string> = {};
    let next: string | undefined;
    // An endpoint has 50 tags at most.
    for (let page = 0; page < 10; page += 1) {
      const text = await ask('ListTags', { ResourceArn: arn, ...(next === undefined ? {} : { NextToken: next }) });
      const answer = understood(JSON.parse(text), { schema: Tags, name: place.name, service: 'SageMaker' });
      for (const { Key, Value } of answer.Tags) found[Key] = Value;
      if (!answer.NextToken) break;
      next = answer.NextToken;
    }
    return found;
  }

  async function ask(action: string, request: object): Promise<string> {
    const url = `${connection.url ?? `https://api.sagemaker.${region}.amazonaws.com`}/`;
    const body = JSON.stringify(request);
    const headers = signedForAws({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `SageMaker.${action}` },
      body,
      service: 'sagemaker',
      region,
      credentials: awsCredentials(connection, place),
      at: place.now(),
    });
    const timeoutMs = connection['timeout-seconds'] * 1000;
    const asked = { name: place.name, url, method: 'POST', headers, body, timeoutMs, limitBytes: 4_000_000 } as const;
    try {
      // What changes something answers with little or nothing, which need not be JSON.
      return /^(Describe|List)/.test(action) ? JSON.stringify(await askJson(asked)) : (await askText(asked)).text;
    } catch (thrown) {
      throw thrown instanceof AppError ? explained(thrown) : thrown;
    }
  }
}

/** AWS says everything with status 400; what it was is only in its sentence. */
function explained(refusal: AppError): AppError {
  if (refusal.code !== 'bad-input') return refusal;
  if (/not authorized|AccessDenied|security token|signature/i.test(refusal.message)) {
    return new AppError('not-permitted', refusal.message, { cause: refusal });
  }
  if (/could not find/i.test(refusal.message)) return new AppError('not-found', refusal.message, { cause: refusal });
  if (/in-progress|cannot update|throttl|rate exceeded/i.test(refusal.message)) {
    return new AppError('unavailable', refusal.message, { cause: refusal });
  }
  return refusal;
}
