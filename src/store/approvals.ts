import { z } from 'zod';
import type { Approval } from './approval-record.ts';
import { Id, Instant } from './column.ts';
import type { Queryable } from './database.ts';

/** Keeps an approval; the same one again keeps the first person who gave it. */
export async function saveApproval(tx: Queryable, approval: Approval): Promise<void> {
  await tx.query(
    `insert into siskin.approvals
       (repository_id, number, kind, subject, head, tree, artifact, policy, login, reason, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
    [
      approval.repositoryId,
      approval.number,
      approval.kind,
      approval.subject,
      approval.head,
      approval.tree,
      approval.artifact ?? '',
      approval.policy,
      approval.by,
      approval.reason,
      approval.at,
    ],
  );
}

/** The approvals of a pull request, oldest first. */
export async function listApprovals(db: Queryable, repositoryId: number, number: number): Promise<readonly Approval[]> {
  const rows = await db.query(`${select} where repository_id = $1 and number = $2 order by at, subject`, [
    repositoryId,
    number,
  ]);
  return rows.map(approvalOf);
}

/** The gates that were overridden for a candidate, in whatever pull request, oldest first. */
export async function listOverrides(
  db: Queryable,
  repositoryId: number,
  artifact: string,
): Promise<readonly Approval[]> {
  const where = `where repository_id = $1 and artifact = $2 and kind = 'override-gate' order by at, number, subject`;
  return (await db.query(`${select} ${where}`, [repositoryId, artifact])).map(approvalOf);
}

const select = `select repository_id, number, kind, subject, head, tree, artifact, policy, login, reason, at
  from siskin.approvals`;

function approvalOf(row: unknown): Approval {
  const { repository_id: repositoryId, login: by, artifact, ...rest } = ApprovalRow.parse(row);
  return { ...rest, repositoryId, by, artifact: artifact === '' ? null : artifact };
}

const ApprovalRow = z.object({
  repository_id: Id,
  number: z.number(),
  kind: z.enum(['run', 'override-gate', 'budget']),
  subject: z.string(),
  head: z.string(),
  tree: z.string(),
  artifact: z.string(),
  policy: z.string(),
  login: z.string(),
  reason: z.string(),
  at: Instant,
});
