import type { Queryable } from './database.ts';

/** One model in one environment of one repository: what at most one writer may change at a time. */
export interface Service {
  readonly repositoryId: number;
  readonly environment: string;
  readonly model: string;
}

/** Who asks for a lease, at what instant, and until when it is to last. */
export interface LeaseWish {
  /** One life of one process. */
  readonly holder: string;
  /** ISO 8601. */
  readonly now: string;
  readonly until: string;
  /** The platform has seen this fence, so that ours must be higher. */
  readonly above?: number;
}

/**
 * Takes or renews the lease of a service; null while somebody else has it. A lease that is renewed keeps its fence, one
 * that is taken gets a higher one than any before.
 */
export async function takeLease(db: Queryable, service: Service, wish: LeaseWish): Promise<number | null> {
  const { repositoryId, environment, model } = service;
  const { holder, now, until, above = 0 } = wish;
  const rows = await db.query(
    `insert into siskin.service_leases as lease (repository_id, environment, model, fence, holder, expires_at)
     values ($1, $2, $3, $7::bigint + 1, $4, $6)
     on conflict (repository_id, environment, model) do update set holder = excluded.holder, expires_at = excluded.expires_at,
       fence = case when lease.holder = excluded.holder and lease.fence > $7::bigint then lease.fence
         else greatest(lease.fence, $7::bigint) + 1 end
       where lease.holder = excluded.holder or lease.expires_at <= $5
         or lease.expires_at > $5::timestamptz + interval '10 minutes'
     returning fence`,
    [repositoryId, environment, model, holder, now, until, above],
  );
  return rows[0] === undefined ? null : Number(rows[0]['fence']);
}

/** Whether a lease with this fence is still its holder's. It is locked until the transaction ends, so that nobody takes it meanwhile. */
export async function holdsLease(
  tx: Queryable,
  service: Service,
  lease: { readonly holder: string; readonly fence: number },
): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from siskin.service_leases
     where repository_id = $1 and environment = $2 and model = $3 and holder = $4 and fence = $5 for update`,
    [service.repositoryId, service.environment, service.model, lease.holder, lease.fence],
  );
  return rows.length === 1;
}

/** Lets all leases last that a holder still has. One that was over may be somebody else's by now, and is taken anew. */
export async function renewLeases(
  db: Queryable,
  { holder, now, until }: Pick<LeaseWish, 'holder' | 'now' | 'until'>,
): Promise<void> {
  await db.query('update siskin.service_leases set expires_at = $3 where holder = $1 and expires_at > $2', [
    holder,
    now,
    until,
  ]);
}

/** Gives all leases of a holder back, so that another need not wait for their end. */
export async function giveBackLeases(db: Queryable, holder: string): Promise<void> {
  await db.query(`update siskin.service_leases set expires_at = '-infinity' where holder = $1`, [holder]);
}

/** Ends everybody's leases: for a database that only one process can use, in which whoever had them is dead. */
export async function endLeases(db: Queryable): Promise<void> {
  await db.query(`update siskin.service_leases set expires_at = '-infinity'`, []);
}
