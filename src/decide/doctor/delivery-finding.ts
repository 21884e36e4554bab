import type { Answered } from '../../facts/answered.ts';
import type { DeliveryAttempt } from '../../ports.ts';
import { type Finding, ok, problem, unverified } from './finding.ts';

const hoursBack = 24;

/** Whether webhooks arrived lately. `now` is ISO 8601. */
export function deliveryFinding(told: Answered<readonly DeliveryAttempt[]>, now: string): Finding {
  const what = 'webhooks';
  if (told.kind === 'unknown') {
    return unverified(
      what,
      `could not verify whether they arrive: ${told.why}`,
      'look at the App’s settings, Advanced',
    );
  }
  const since = Date.parse(now) - hoursBack * 3_600_000;
  const recent = told.value.filter(({ at }) => Date.parse(at) > since);
  const failed = recent.filter(({ isTaken }) => !isTaken);
  const [last] = failed;
  if (recent.length === 0) return ok(what, `none was sent in the last ${hoursBack} hours`);
  if (last === undefined) return ok(what, `the last ${recent.length} arrived`);
  const how = last.status === 0 ? 'no answer' : `the answer ${last.status}`;
  const found = `${failed.length} of the last ${recent.length} failed, the newest \`${last.event}\` at ${last.at} with ${how}`;
  const fix =
    last.status === 400 || last.status === 401
      ? 'compare the webhook secret of the App with `WEBHOOK_SECRET`'
      : 'look at the log of the App and whether GitHub can reach it; lost ones are asked for again by themselves';
  return problem(what, found, fix);
}
