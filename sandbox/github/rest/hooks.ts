import { invalid, notFound } from '../refusal.ts';
import type { Answer, Call, Route } from '../routes.ts';
import { route } from '../routes.ts';
import { optionalText } from '../server/fields.ts';
import type { App, JsonObject } from '../state.ts';
import type { Delivery, Webhooks } from '../webhooks.ts';

/** An App's own webhook: its address, what was delivered, and redelivery on request. */
export function hookRoutes(webhooks: Webhooks): readonly Route[] {
  const ownDelivery = (call: Call): Delivery => {
    const app = ownApp(call);
    const id = Number(call.params['delivery_id']);
    const found = webhooks.deliveries.find((item) => item.id === id && item.app === app);
    if (found === undefined) {
      throw notFound();
    }
    return found;
  };
  return [
    route('GET /app/hook/config', { access: 'app', handle: (call) => config(ownApp(call)) }),
    route('PATCH /app/hook/config', { access: 'app', handle: updateConfig }),
    route('GET /app/hook/deliveries', { access: 'app', handle: (call) => list(call, webhooks.deliveries) }),
    route('GET /app/hook/deliveries/{delivery_id}', {
      access: 'app',
      handle: (call) => ({ status: 200, json: wholeShape(ownDelivery(call)) }),
    }),
    route('POST /app/hook/deliveries/{delivery_id}/attempts', {
      access: 'app',
      handle: (call) => {
        // GitHub accepts and sends later; what became of it stands in the list.
        void webhooks.redeliver(ownDelivery(call));
        return { status: 202, json: {} };
      },
    }),
  ];
}

function config(app: App): Answer {
  return {
    status: 200,
    json: { url: app.webhookUrl ?? '', content_type: 'json', secret: '********', insecure_ssl: '0' },
  };
}

function updateConfig(call: Call): Answer {
  const app = ownApp(call);
  const url = optionalText(call.body, 'url');
  if (url !== null && !/^https?:\/\//.test(url)) {
    throw invalid('Hook', 'url', 'invalid');
  }
  app.webhookUrl = url ?? app.webhookUrl;
  app.webhookSecret = optionalText(call.body, 'secret') ?? app.webhookSecret;
  return config(app);
}

/** Newest first; the cursor is the id of the first delivery of the next page. */
function list(call: Call, deliveries: readonly Delivery[]): Answer {
  const app = ownApp(call);
  const size = Math.min(Math.max(Number(call.query.get('per_page')) || 30, 1), 100);
  const cursor = call.query.get('cursor');
  const failed = call.query.get('status') === 'failure';
  const all = deliveries
    // What is still on its way has neither failed nor arrived.
    .filter((item) => item.app === app && item.status !== 'pending')
    .filter((item) => !failed || item.statusCode < 200 || item.statusCode > 399)
    .toReversed();
  const start =
    cursor === null
      ? 0
      : Math.max(
          all.findIndex((item) => item.id === Number(cursor)),
          0,
        );
  const next = all[start + size];
  const json = all.slice(start, start + size).map(itemShape);
  const query = new URLSearchParams(call.query);
  query.set('cursor', String(next?.id));
  const link = `<${call.world.apiUrl}${call.path}?${query}>; rel="next"`;
  return { status: 200, json, headers: next === undefined ? {} : { link } };
}

function itemShape(delivery: Delivery): JsonObject {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt.toISOString(),
    redelivery: delivery.redelivery,
    duration: Math.round(delivery.durationMs) / 1000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installation?.id ?? null,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function wholeShape(delivery: Delivery): JsonObject {
  return {
    ...itemShape(delivery),
    url: delivery.url,
    request: { headers: delivery.requestHeaders, payload: delivery.payload },
    response: { headers: delivery.response?.headers ?? null, payload: delivery.response?.body ?? null },
  };
}

function ownApp(call: Call): App {
  if (call.identity.kind !== 'app') {
    throw notFound();
  }
  return call.identity.app;
}
