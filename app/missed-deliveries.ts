import type { Logger, Probot } from 'probot';
import { asking, statusOf } from '../src/github/failure.ts';
import type { Store } from '../src/store/store.ts';

/** How far back to look. GitHub sends a delivery again for three days: https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks */
const daysBack = 3;
/** One that we ourselves refused so often will be refused again; where nobody answered, somebody may later. */
const mostRefusals = 3;
/** Attempts so close together were asked for by several replicas at the same time. */
const oneRoundSeconds = 5;
/** How long to wait before the third attempt, twice as long before the next, and so on up to six hours. */
const waitSeconds = 10;
const mostWaitSeconds = 6 * 3600;
/** Of a hundred each: what is older waits for the next round, when these have been sent again. */
const mostPages = 10;

/**
 * Asks GitHub for the deliveries of this App that failed and has those sent again that no attempt brought here: GitHub
 * never repeats one by itself. A GitHub without this list (404, 501) is left alone.
 */
export async function recoverMissed(ports: {
  readonly probot: Probot;
  readonly store: Pick<Store, 'listKnownDeliveries'>;
  readonly log: Logger;
  readonly clock: () => Date;
}): Promise<void> {
  const { probot, store, log, clock } = ports;
  const octokit = await probot.auth();
  const since = clock().getTime() - daysBack * 86_400_000;
  let now = clock().getTime();
  let listed: Awaited<ReturnType<typeof list>>;
  try {
    listed = await list();
  } catch (thrown) {
    const status = statusOf(thrown);
    if (status === 404 || status === 501) return;
    throw thrown;
  }
  const attempts = Map.groupBy(
    listed.filter((delivery) => Date.parse(delivery.delivered_at) > since),
    (delivery) => delivery.guid,
  );
  const lost = new Map<string, number>();
  for (const [guid, tries] of attempts) {
    // Nobody who answered has the code 0. A server that knows no `status` lists those that arrived, too.
    const arrived = tries.some(({ status_code: code }) => code >= 200 && code < 400);
    if (!arrived && tries[0] !== undefined && isTime(tries, now)) lost.set(guid, Number(tries[0].id));
  }
  for (const known of await store.listKnownDeliveries([...lost.keys()])) lost.delete(known);
  for (const [guid, id] of lost) {
    log.warn(`Delivery ${guid} never arrived; asking GitHub to send it again`);
    await asking(`send delivery ${guid} again`, () =>
      octokit.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id }),
    );
  }

  async function list() {
    // Octokit's types do not know `status` yet: https://docs.github.com/rest/apps/webhooks#list-deliveries-for-an-app-webhook
    const wanted = { per_page: 100, status: 'failure' };
    const found = [];
    let pages = 0;
    for await (const { data, headers } of octokit.paginate.iterator('GET /app/hook/deliveries', wanted)) {
      found.push(...data);
      // The instants in the list are GitHub's, and so must be the one that they are compared with.
      now = headers.date === undefined ? now : Date.parse(headers.date);
      pages += 1;
      const oldest = data.at(-1);
      if (pages === mostPages || (oldest !== undefined && Date.parse(oldest.delivered_at) <= since)) break;
    }
    return found;
  }
}

/** Whether to try once more: at once after the first attempt, then after ever longer waits. */
function isTime(
  tries: readonly { readonly delivered_at: string; readonly status_code: number }[],
  now: number,
): boolean {
  const instants = tries.map((attempt) => Date.parse(attempt.delivered_at)).sort((a, b) => a - b);
  const rounds = instants.filter((at, place) => at - (instants[place - 1] ?? 0) > oneRoundSeconds * 1000).length;
  const refused = tries.every(({ status_code: code }) => code >= 400 && code < 500);
  if (refused && rounds > mostRefusals) return false;
  const wait = rounds < 2 ? 0 : Math.min(mostWaitSeconds, waitSeconds * 2 ** (rounds - 2));
  return now - (instants.at(-1) ?? 0) >= wait * 1000;
}
