/**
 * What is written at full speed: journals and client operations in chunks, so that a batch costs
 * a few rows however many events it has. The views of 0003 show them one by one.
 */
import type Database from 'better-sqlite3';

const JOURNALS = `
  -- Lines of one journal in their order. headers and inputs are JSON arrays of equal length;
  -- their items are the journal's own text, one to a line; a line without input has null.
  create table journal_chunks (
    id integer primary key,
    run integer not null references runs (id) on delete cascade,
    node text not null,
    incarnation integer not null,
    first_n integer not null,
    last_n integer not null,
    first_us integer not null,
    last_us integer not null,
    lines integer not null,
    headers text not null,
    inputs text not null
  ) strict;
  create index journal_chunks_by_life
    on journal_chunks (run, node, incarnation, first_us, last_us);
  create index journal_chunks_by_time on journal_chunks (run, first_us, last_us);
`;

const OPERATIONS = `
  -- rows: JSON array of [client, session, seq, op, key, invokeUs, returnUs, outcome, code,
  -- attempts, node, pos, request, result].
  create table operation_chunks (
    id integer primary key,
    run integer not null references runs (id) on delete cascade,
    first_us integer not null,
    last_us integer not null,
    operations integer not null,
    rows text not null
  ) strict;
  create index operation_chunks_by_time on operation_chunks (run, first_us, last_us);

  -- Operations that returned within span_us before us.
  create table operation_rates (
    run integer not null references runs (id) on delete cascade,
    us integer not null,
    span_us integer not null,
    ok integer not null,
    failed integer not null,
    unknown integer not null,
    p50_us integer,
    primary key (run, us)
  ) strict, without rowid;
`;

const METRICS = `
  -- Totals of one life since its start, about once a second.
  create table metrics (
    run integer not null references runs (id) on delete cascade,
    node text not null,
    incarnation integer not null,
    us integer not null,
    messages integer not null,
    bytes integer not null,
    frames integer not null,
    syncs integer not null,
    steps integer not null,
    applied integer not null,
    rss_bytes integer not null,
    cpu_us integer not null,
    messages_by_kind text not null check (json_valid(messages_by_kind)),
    primary key (run, node, incarnation, us)
  ) strict, without rowid;
`;

const KEYFRAMES = `
  -- The folded state before the first event at us.
  create table keyframes (
    run integer not null references runs (id) on delete cascade,
    us integer not null,
    view text not null,
    primary key (run, us)
  ) strict, without rowid;
`;

export function up(db: Database): void {
  db.exec(JOURNALS);
  db.exec(OPERATIONS);
  db.exec(METRICS);
  db.exec(KEYFRAMES);
}
