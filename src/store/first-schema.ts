/** The tables that the first version made. Never edited; see migrations. */
export const firstSchema = `
  create table siskin.repositories (
    id bigint primary key,
    installation bigint not null,
    owner text not null,
    name text not null,
    seen_at timestamptz not null
  );

  -- What arrived, and what we asked ourselves (event 'intent'). Done in order of sequence within a lane.
  create table siskin.deliveries (
    id text primary key,
    sequence bigint generated always as identity,
    event text not null,
    payload text not null,
    lane text not null,
    received_at timestamptz not null,
    state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
    due_at timestamptz not null,
    attempts integer not null default 0,
    error text,
    finished_at timestamptz
  );
  create index deliveries_waiting on siskin.deliveries (lane, sequence) where state = 'waiting';
  create index deliveries_finished on siskin.deliveries (finished_at) where state <> 'waiting';

  create table siskin.runs (
    claim text primary key,
    repository_id bigint not null,
    pull_request integer,
    head text not null,
    base text not null,
    models jsonb not null,
    state text not null,
    run_id bigint,
    attempt integer not null,
    url text,
    planned_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    deadline_at timestamptz not null,
    stages jsonb not null,
    failures jsonb not null
  );
  create index runs_of_pull on siskin.runs (repository_id, pull_request, planned_at desc);
  create index runs_by_run_id on siskin.runs (repository_id, run_id);
  create index runs_open on siskin.runs (repository_id) where state in ('planned', 'dispatched', 'running');
  create index runs_by_model on siskin.runs using gin (models jsonb_path_ops);

  create table siskin.results (
    claim text not null references siskin.runs on delete cascade,
    model text not null,
    result jsonb not null,
    primary key (claim, model)
  );

  create table siskin.pulls (
    repository_id bigint not null,
    number integer not null,
    head text not null,
    head_since timestamptz not null,
    primary key (repository_id, number)
  );

  -- The journal of heads: which commit a pull request pointed at from when on. A commit may come back.
  create table siskin.pull_heads (
    repository_id bigint not null,
    number integer not null,
    head text not null,
    at timestamptz not null,
    primary key (repository_id, number, at, head)
  );
  create index pull_heads_by_head on siskin.pull_heads (repository_id, head);

  create table siskin.comments (
    repository_id bigint not null,
    number integer not null,
    comment_id bigint not null,
    -- Instants (milliseconds since 1970) of the newest edits.
    edits jsonb not null,
    primary key (repository_id, number)
  );

  create table siskin.checks (
    repository_id bigint not null,
    head text not null,
    name text not null,
    number integer,
    check_id bigint not null,
    primary key (repository_id, head, name)
  );
  create index checks_of_pull on siskin.checks (repository_id, number);

  create table siskin.views (
    repository_id bigint not null,
    number integer not null,
    head text not null,
    record jsonb not null,
    updated_at timestamptz not null,
    primary key (repository_id, number, head)
  );

  create table siskin.champions (
    repository_id bigint not null,
    model text not null,
    commit text not null,
    run_id bigint not null,
    artifact text not null,
    digest text not null,
    training_key text,
    accepted_at timestamptz not null,
    primary key (repository_id, model)
  );

  -- What is to be done in the world, in order within a lane. Effects on one target never overtake each other.
  create table siskin.outbox (
    id bigint generated always as identity primary key,
    repository jsonb not null,
    lane text not null,
    target text not null,
    content_digest text not null,
    effect jsonb not null,
    state text not null default 'waiting' check (state in ('waiting', 'done', 'failed', 'superseded')),
    due_at timestamptz not null,
    attempts integer not null default 0,
    begun_at timestamptz,
    error text,
    created_at timestamptz not null,
    finished_at timestamptz
  );
  create index outbox_waiting on siskin.outbox (lane, id) where state = 'waiting';
  create index outbox_by_target on siskin.outbox (target, id);
  create index outbox_finished on siskin.outbox (finished_at) where state <> 'waiting';
`;
