import { type Answer, type Call, type Route, route } from '../routes.ts';

export const metaRoutes: readonly Route[] = [route('GET /rate_limit', { access: 'anyone', handle: getRateLimit })];

function getRateLimit(call: Call): Answer {
  const { limit, remaining, used, reset } = call.rateLimit;
  const core = { limit, remaining, used, reset };
  const search = { limit: 30, remaining: 30, used: 0, reset };
  const graphql = { limit: 5000, remaining: 5000, used: 0, reset };
  return { status: 200, json: { resources: { core, search, graphql }, rate: core } };
}
