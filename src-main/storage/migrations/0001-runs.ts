/** Runs, the lives of their nodes, and what the lab saw and did. */
import type Database from 'better-sqlite3';

const RUNS = `
  create table groups (
    id integer primary key autoincrement,
    made_at text not null
  ) strict;

  create table runs (
    id integer primary key autoincrement,
    group_id integer not null references groups (id),
    name text not null,
    scenario text,
    scenario_source text,
    protocol text not null,
    service text not null,
    members text not null check (json_valid(members)),
    nodes integer not null,
    seed integer not null,
    timing text not null check (json_valid(timing)),
    options text not null check (json_valid(options)),
    mutants text not null check (json_valid(mutants)),
    workload text not null check (json_valid(workload)),
    started_at text not null,
    lab_version text not null,
    directory text not null,
    status text not null default 'running'
      check (status in ('running', 'finished', 'incomplete', 'failed')),
    verdict text check (verdict in ('valid', 'invalid', 'unknown')),
    note text,
    metrics text check (json_valid(metrics)),
    events integer not null default 0,
    duration_us integer not null default 0,
    -- 0 while the journals of a lab that died are still to be taken in.
    salvaged integer not null default 1,
    -- 0 until keyframes stand for the whole run.
    keyframed integer not null default 0
  ) strict;
  create index runs_by_group on runs (group_id);
  create index runs_unfinished on runs (id) where status = 'running' or salvaged = 0
    or keyframed = 0;
`;

const LIVES_AND_EVENTS = `
  -- One row per start of a node.
  create table lives (
    run integer not null references runs (id) on delete cascade,
    node text not null,
    incarnation integer not null,
    storage_id text,
    up_us integer,
    down_us integer,
    down_how text,
    down_why text,
    end_why text,
    end_error text,
    journal_file text,
    -- Bytes of the journal that are in journal_chunks.
    journal_bytes integer not null default 0,
    damaged_lines integer not null default 0,
    primary key (run, node, incarnation)
  ) strict, without rowid;

  create table lab_events (
    run integer not null references runs (id) on delete cascade,
    n integer not null,
    us integer not null,
    kind text not null,
    node text,
    event text not null check (json_valid(event)),
    primary key (run, n)
  ) strict, without rowid;
  create index lab_events_by_time on lab_events (run, us);

  create table faults (
    run integer not null references runs (id) on delete cascade,
    id integer not null,
    kind text not null,
    label text not null,
    origin text not null,
    start_us integer not null,
    end_us integer,
    outcome text,
    spec text not null check (json_valid(spec)),
    primary key (run, id)
  ) strict, without rowid;

  create table violations (
    run integer not null references runs (id) on delete cascade,
    n integer not null,
    us integer not null,
    node text,
    check_name text not null,
    message text not null,
    primary key (run, n)
  ) strict, without rowid;
`;

export function up(db: Database): void {
  db.exec(RUNS);
  db.exec(LIVES_AND_EVENTS);
}
