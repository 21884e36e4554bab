import { firstSchema } from './first-schema.ts';

/** What each number of the schema adds, from number 1 on. Never edited once released; a change is one more entry. */
export const migrations: readonly string[] = [
  firstSchema,
  // Compressing each payload would cost more than all else that keeping it takes; it is pruned in days.
  'alter table siskin.deliveries alter column payload set storage external',
  // The journal of heads keeps GitHub's instant in `at`, and ours beside it.
  `
  alter table siskin.pull_heads add column seen_at timestamptz, add column is_first boolean not null default false;
  update siskin.pull_heads set seen_at = at;
  alter table siskin.pull_heads alter column seen_at set not null;
  `,
  `
  -- What each job of each attempt of a run was to take, and what it took: whole seconds, and millionths of a currency.
  create table siskin.ledger (
    claim text not null,
    attempt integer not null,
    job text not null,
    model text not null,
    kind text not null check (kind in ('train', 'evaluate')),
    repository_id bigint not null,
    owner text not null,
    pull_request integer,
    person text not null,
    labels jsonb not null,
    currency text not null,
    micros_per_hour bigint,
    reserved_seconds bigint not null,
    reserved_micros bigint not null,
    basis text not null,
    reserved_at timestamptz not null,
    -- The UTC day that the entry counts for.
    day date not null,
    settled_seconds bigint,
    settled_micros bigint,
    succeeded boolean,
    primary key (claim, attempt, job)
  );
  create index ledger_by_repository on siskin.ledger (repository_id, day);
  create index ledger_by_owner on siskin.ledger (owner, day);
  create index ledger_by_pull on siskin.ledger (repository_id, pull_request);
  create index ledger_unsettled on siskin.ledger (repository_id) where settled_seconds is null;

  -- Why a run was requested, and when one that lost its machine is run again.
  alter table siskin.runs add column purpose jsonb not null default '{"kind": "check"}',
    add column retry_at timestamptz;
  `,
  `
  -- Who may act on an environment for a model, and who waits. Never deleted: the fence of a lock only grows.
  create table siskin.locks (
    repository_id bigint not null,
    model text not null,
    environment text not null,
    version bigint not null,
    last_fence bigint not null,
    holder jsonb,
    queue jsonb not null,
    primary key (repository_id, model, environment)
  );

  -- What is stopped until when; the scope is 'repository/<id>' or 'owner/<login in lower case>'.
  create table siskin.freezes (
    scope text not null,
    target text not null,
    login text not null,
    reason text not null,
    since timestamptz not null,
    until timestamptz not null,
    number integer not null,
    primary key (scope, target, login)
  );

  -- What is shown that names a lock or a freeze, so that it is found when that ends.
  alter table siskin.views add column holding boolean not null default false;
  create index views_holding on siskin.views (repository_id) where holding;
  `,
  `
  -- What a person trusted, and exactly what that was; nothing is ever changed here.
  create table siskin.approvals (
    repository_id bigint not null,
    number integer not null,
    kind text not null check (kind in ('run', 'override-gate', 'budget')),
    subject text not null,
    head text not null,
    tree text not null,
    artifact text not null,
    policy text not null,
    login text not null,
    reason text not null,
    at timestamptz not null,
    primary key (repository_id, number, kind, subject, head, artifact, policy)
  );
  create index approvals_by_artifact on siskin.approvals (repository_id, artifact) where artifact <> '';
  `,
  // How many of the intents that a delivery asks for have their plan recorded.
  'alter table siskin.deliveries add column recorded integer not null default 0',
  `
  -- How GitHub treats each installation: until when it refuses it for its rate, and how often it has done so lately.
  create table siskin.rates (
    installation bigint primary key,
    throttled_until timestamptz,
    throttled_by text check (throttled_by in ('primary', 'secondary')),
    strikes integer not null default 0
  );

  -- What was written to GitHub in the last hour, so that all replicas together stay below its limits.
  create table siskin.writes (
    installation bigint not null,
    at timestamptz not null,
    requests integer not null,
    content boolean not null,
    effect bigint not null
  );
  create index writes_of_installation on siskin.writes (installation, at);
  create index writes_of_effect on siskin.writes (effect);

  -- Since when an effect waits for its rate, and what it will write; whoever waits longest goes first.
  alter table siskin.outbox add column held_since timestamptz, add column held_requests integer not null default 0,
    add column held_content boolean not null default false;
  create index outbox_held on siskin.outbox (held_since) where state = 'waiting' and held_since is not null;
  `,
  `
  -- Who caused what. Each entry carries the digest of the one before, so that one that is changed or taken out shows;
  -- entries are only ever added, but for the retention that an operator asks for by name.
  create table siskin.audit (
    number bigint primary key,
    entry text not null,
    previous text not null,
    digest text not null
  );
  create index audit_by_instant on siskin.audit (((entry::jsonb) ->> 'at'));
  -- Where the chain begins and ends: one row, whose lock puts those who add in line.
  create table siskin.audit_end (
    id integer primary key check (id = 1),
    number bigint not null,
    digest text not null,
    first_number bigint not null default 1,
    first_previous text not null default 'sha256:0000000000000000000000000000000000000000000000000000000000000000'
  );
  create function siskin.keep_audit() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' and current_setting('siskin.audit_retention', true) = 'on' then
      return old;
    end if;
    raise exception 'expected siskin.audit to be added to only, found %; to forget what is old run siskin audit --prune-before', tg_op;
  end $$;
  create trigger audit_is_kept before update or delete on siskin.audit
    for each row execute function siskin.keep_audit();
  create trigger audit_is_not_emptied before truncate on siskin.audit
    for each statement execute function siskin.keep_audit();
  `,
  `
  -- The order in which runs were asked for in a pull request or on the default branch; an outdated one cannot act.
  alter table siskin.runs add column fence integer not null default 0;
  update siskin.runs set fence = numbered.fence from (
    select claim, row_number() over (partition by repository_id, pull_request order by planned_at, claim) as fence
    from siskin.runs) numbered
  where numbered.claim = runs.claim;
  create index runs_of_lane on siskin.runs (repository_id, pull_request, fence desc);
  alter table siskin.champions add column fence integer not null default 0;
  update siskin.champions c set fence = coalesce((select max(fence) from siskin.runs r
    where r.repository_id = c.repository_id and r.pull_request is null), 0);
  `,
  `
  -- What a rollout left on GitHub (its deployment, comment, pull request, issue, tag), so that it is found and edited.
  create table siskin.rollout_traces (
    rollout text not null,
    kind text not null,
    value jsonb not null,
    primary key (rollout, kind)
  );
  create table siskin.rollout_edits (
    rollout text primary key,
    repository_id bigint not null,
    number integer not null,
    edits jsonb not null
  );
  create index rollout_edits_of_pull on siskin.rollout_edits (repository_id, number);
  `,
  `
  -- The life of each release in its environment; progress is what the events add up to, so that reading needs no replay.
  create table siskin.rollouts (
    position bigint generated always as identity,
    id text primary key,
    repository_id bigint not null,
    model text not null,
    environment text not null,
    number integer,
    digest text not null,
    state text not null,
    is_open boolean not null,
    sequence bigint not null,
    progress text not null,
    created_at timestamptz not null,
    -- When the engine looks at it next.
    wake_at timestamptz not null
  );
  create index rollouts_of_service on siskin.rollouts (repository_id, model, environment, position desc);
  create index rollouts_open on siskin.rollouts (wake_at) where is_open;

  -- What happened, in order. Only ever added to.
  create table siskin.rollout_events (
    rollout text not null references siskin.rollouts (id),
    sequence bigint not null,
    event text not null,
    primary key (rollout, sequence)
  );

  -- One line for each interval, as an evidence file has it. A sealed one is never written again.
  create table siskin.rollout_evidence (
    rollout text not null references siskin.rollouts (id),
    interval integer not null,
    line text not null,
    sealed boolean not null,
    primary key (rollout, interval)
  );

  -- Who may write to a service. The fence only grows, and a row is never deleted.
  create table siskin.service_leases (
    repository_id bigint not null,
    environment text not null,
    model text not null,
    fence bigint not null,
    holder text not null,
    expires_at timestamptz not null,
    primary key (repository_id, environment, model)
  );
  `,
  `
  -- What jobs on runners are asked for rollouts, each once by its key, and the answer.
  create table siskin.rollout_errands (
    rollout text not null references siskin.rollouts (id),
    key text not null,
    repository_id bigint not null,
    environment text not null,
    errand text not null,
    is_urgent boolean not null,
    asked_at timestamptz not null,
    -- The job that is to do it, while it is under way.
    claim text,
    sent_at timestamptz,
    answer text,
    answered_at timestamptz,
    primary key (rollout, key)
  );
  create index rollout_errands_queued on siskin.rollout_errands (repository_id, environment) where answer is null;

  -- The jobs that do errands: at most one of an environment is open.
  create table siskin.errand_jobs (
    claim text primary key,
    repository_id bigint not null,
    environment text not null,
    is_urgent boolean not null,
    is_open boolean not null,
    run_id bigint,
    begun_at timestamptz not null,
    until timestamptz not null
  );
  create unique index errand_jobs_open on siskin.errand_jobs (repository_id, environment) where is_open;
  `,
];
