import { createHmac, randomUUID } from 'node:crypto';
import { messageOf } from '../../src/error.ts';
import { covers } from './domain/roles.ts';
import type { Faults } from './faults.ts';
import { accountShape, installationShape, nodeId, organizationShape } from './shape/account.ts';
import { repositoryShape } from './shape/repository.ts';
import type { App, GithubEvent, Installation, JsonObject, World } from './state.ts';

/** GitHub gives a receiver this long. */
const timeoutMs = 10_000;

/** One webhook that was sent, or that a fault kept from being sent (`status` 0). */
export interface Delivery {
  readonly id: number;
  /** Stays the same when it is redelivered. */
  readonly guid: string;
  readonly app: App;
  readonly installation: Installation | null;
  readonly event: string;
  readonly action: string | null;
  readonly repositoryId: number | null;
  readonly payload: JsonObject;
  readonly url: string;
  readonly redelivery: boolean;
  readonly deliveredAt: Date;
  readonly requestHeaders: Readonly<Record<string, string>>;
  durationMs: number;
  /** 0 until answered, and when nobody answered. */
  statusCode: number;
  /** `OK`, or what went wrong, as GitHub words it. */
  status: string;
  response: { readonly headers: Readonly<Record<string, string>>; readonly body: string } | null;
}

export interface Webhooks {
  /** Every webhook, oldest first. */
  readonly deliveries: readonly Delivery[];
  /** Sends a webhook once more under its old guid. GitHub never does that by itself. */
  redeliver(delivery: Delivery): Promise<Delivery>;
  /** Resolves when no webhook is on its way. */
  settled(): Promise<void>;
  /** Stops sending and gives up what is on its way. */
  close(): Promise<void>;
}

/** Sends each event of the world to the Apps that subscribe to it and are installed where it happened. */
export function deliverWebhooks(
  world: World,
  options: { readonly faults: Faults; readonly onDelivery: (delivery: Delivery) => void },
): Webhooks {
  const { faults, onDelivery } = options;
  const deliveries: Delivery[] = [];
  const underWay = new Set<Promise<unknown>>();
  const stop = new AbortController();

  const start = (delivery: Delivery): Promise<Delivery> => {
    deliveries.push(delivery);
    onDelivery(delivery);
    const sending = send(delivery, stop.signal);
    underWay.add(sending);
    sending.finally(() => underWay.delete(sending));
    return sending;
  };
  const listen = (event: GithubEvent) => {
    for (const { app, installation } of receivers(world, event)) {
      if (app.webhookUrl === null) {
        continue;
      }
      const delivery = newDelivery(world, event, { app, installation, url: app.webhookUrl });
      switch (faults.onWebhook({ event: event.event, action: event.action })) {
        case 'drop':
          deliveries.push({ ...delivery, status: 'dropped by a fault' });
          break;
        case 'double':
          start(delivery);
          start({ ...delivery, id: world.newId() });
          break;
        case 'hold':
          faults.hold(() => start(delivery));
          break;
        case null:
          start(delivery);
      }
    }
  };
  world.listeners.add(listen);
  return {
    deliveries,
    redeliver: (delivery) =>
      start({
        ...delivery,
        id: world.newId(),
        redelivery: true,
        deliveredAt: world.clock(),
        durationMs: 0,
        statusCode: 0,
        status: 'pending',
        response: null,
      }),
    settled: async () => {
      while (underWay.size > 0) {
        await Promise.all(underWay);
      }
    },
    close: async () => {
      world.listeners.delete(listen);
      stop.abort();
      await Promise.all(underWay);
    },
  };
}

function receivers(
  world: World,
  event: GithubEvent,
): readonly { readonly app: App; readonly installation: Installation | null }[] {
  if (event.installation !== undefined) {
    return [{ app: event.installation.app, installation: event.installation }];
  }
  return [...world.installations.values()]
    .filter(
      (installation) =>
        event.repository !== null &&
        covers(installation, event.repository) &&
        (event.onlyApp === undefined
          ? installation.app.events.includes(event.event)
          : installation.app === event.onlyApp),
    )
    .map((installation) => ({ app: installation.app, installation }));
}

function newDelivery(
  world: World,
  event: GithubEvent,
  to: { readonly app: App; readonly installation: Installation | null; readonly url: string },
): Delivery {
  const { app, installation } = to;
  const guid = randomUUID();
  const payload: JsonObject = {
    ...(event.action === null ? {} : { action: event.action }),
    ...event.payload,
    ...(event.repository === null ? {} : { repository: repositoryShape(world, event.repository) }),
    ...(event.repository?.owner.type === 'Organization'
      ? { organization: organizationShape(world, event.repository.owner) }
      : {}),
    sender: accountShape(world, event.sender),
    ...(installation === null
      ? {}
      : {
          installation:
            event.installation === undefined
              ? { id: installation.id, node_id: nodeId('IntegrationInstallation', installation.id) }
              : installationShape(world, installation),
        }),
  };
  const body = JSON.stringify(payload);
  return {
    id: world.newId(),
    guid,
    app,
    installation,
    event: event.event,
    action: event.action,
    repositoryId: event.repository?.id ?? null,
    payload,
    url: to.url,
    redelivery: false,
    deliveredAt: world.clock(),
    requestHeaders: {
      accept: '*/*',
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/5a4dbe2',
      'x-github-delivery': guid,
      'x-github-event': event.event,
      'x-github-hook-id': String(app.id),
      'x-github-hook-installation-target-id': String(app.id),
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature-256': `sha256=${createHmac('sha256', app.webhookSecret).update(body).digest('hex')}`,
    },
    durationMs: 0,
    statusCode: 0,
    status: 'pending',
    response: null,
  };
}

async function send(delivery: Delivery, stop: AbortSignal): Promise<Delivery> {
  const started = performance.now();
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      headers: delivery.requestHeaders,
      body: JSON.stringify(delivery.payload),
      redirect: 'manual',
      signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]),
    });
    delivery.response = { headers: Object.fromEntries(response.headers), body: await response.text() };
    delivery.statusCode = response.status;
    delivery.status = response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`;
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    delivery.status = timedOut ? 'timed out' : `failed to connect: ${messageOf(error)}`;
  }
  delivery.durationMs = performance.now() - started;
  return delivery;
}
