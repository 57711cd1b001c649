/** Chunks as rows, for people with SQL. Name the run in every query: `where run = 7`. */
import type Database from 'better-sqlite3';

const STEPS = `
  create view steps as
  select c.run, c.node, c.incarnation,
    h.value ->> '$.n' as n, h.value ->> '$.us' as us, h.value ->> '$.lam' as lam,
    h.value ->> '$.input' as input, h.value ->> '$.d' as digest
  from journal_chunks c, json_each(c.headers) h
  where h.value ->> '$.k' = 's';

  create view inputs as
  select c.run, c.node, c.incarnation,
    h.value ->> '$.n' as n, h.value ->> '$.us' as us, h.value ->> '$.input' as kind,
    json_extract(c.inputs, '$[' || h.key || ']') as input
  from journal_chunks c, json_each(c.headers) h
  where h.value ->> '$.k' = 's';

  create view traces as
  select c.run, c.node, c.incarnation,
    h.value ->> '$.n' as n, h.value ->> '$.us' as us,
    t.value ->> '$.kind' as kind, t.value as event
  from journal_chunks c, json_each(c.headers) h, json_each(h.value, '$.trace') t
  where h.value ->> '$.k' = 's';

  create view role_changes as
  select run, node, incarnation, n, us,
    event ->> '$.role' as role, event ->> '$.word' as word,
    event ->> '$.era.number' as era, event ->> '$.era.owner' as era_owner,
    event ->> '$.leader' as leader, event ->> '$.ready' as ready, event ->> '$.why' as why
  from traces where kind = 'role';

  create view state_hashes as
  select c.run, c.node, c.incarnation, h.value ->> '$.us' as us,
    s.value ->> '$[0]' as pos, s.value ->> '$[1]' as hash
  from journal_chunks c, json_each(c.headers) h, json_each(h.value, '$.hashes') s
  where h.value ->> '$.k' = 'a';
`;

const MESSAGES = `
  -- What the lines say of messages: sent (mark: its number in the step), received (r) or
  -- dropped (d). One pass over the chunks, so that naming the run narrows the scan.
  create view message_marks as
  select c.run, m.value ->> '$[0]' as mark, h.value ->> '$.us' as us,
    case m.value ->> '$[0]'
      when 'r' then h.value ->> '$.recv[0]'
      when 'd' then h.value ->> '$.id'
      else c.node || ':' || c.incarnation || ':' || (h.value ->> '$.n') || ':'
        || (m.value ->> '$[0]')
    end as id,
    case m.value ->> '$[0]'
      when 'r' then h.value ->> '$.recv[1]' when 'd' then h.value ->> '$.from' else c.node
    end as sender,
    case m.value ->> '$[0]'
      when 'r' then c.node when 'd' then h.value ->> '$.to' else m.value ->> '$[1]'
    end as receiver,
    case m.value ->> '$[0]'
      when 'r' then h.value ->> '$.recv[2]' when 'd' then h.value ->> '$.type'
      else m.value ->> '$[2]'
    end as type,
    h.value ->> '$.lam' as lam, h.value ->> '$.why' as why
  from journal_chunks c, json_each(c.headers) h, json_each(
    case
      when h.value ->> '$.k' = 'd' then '[["d"]]'
      when h.value -> '$.recv' is null then h.value -> '$.sends'
      else json_insert(coalesce(h.value -> '$.sends', '[]'), '$[#]', json('["r"]'))
    end) m;

  -- One row per message: what its sender, its receiver and whoever dropped it wrote down.
  create view messages as
  select run, id, max(sender) as sender, max(receiver) as receiver, max(type) as type,
    max(case when mark not in ('r', 'd') then us end) as sent_us,
    max(case when mark = 'r' then us end) as received_us,
    max(case when mark = 'd' then us end) as dropped_us,
    max(case when mark = 'd' then why end) as why_dropped,
    max(case when mark not in ('r', 'd') then lam end) as sent_lam,
    max(case when mark = 'r' then lam end) as received_lam
  from message_marks
  group by run, id;
`;

const OPERATIONS = `
  create view operations as
  select c.run,
    o.value ->> '$[0]' as client, o.value ->> '$[1]' as session, o.value ->> '$[2]' as seq,
    o.value ->> '$[3]' as op, o.value ->> '$[4]' as key,
    o.value ->> '$[5]' as invoke_us, o.value ->> '$[6]' as return_us,
    (o.value ->> '$[6]') - (o.value ->> '$[5]') as latency_us,
    o.value ->> '$[7]' as outcome, o.value ->> '$[8]' as code,
    o.value ->> '$[9]' as attempts, o.value ->> '$[10]' as node, o.value ->> '$[11]' as pos,
    o.value -> '$[12]' as request, o.value -> '$[13]' as result
  from operation_chunks c, json_each(c.rows) o;
`;

export function up(db: Database): void {
  db.exec(STEPS);
  db.exec(MESSAGES);
  db.exec(OPERATIONS);
}
