/** `expect`: what has to be true now. Each returns what was found instead, or null. */
import { assertUnreachable } from '../../../base/assert.ts';
import type { CoreDescription } from '../../../protocols/kernel/core.ts';
import { eraLabel } from '../../../vocabulary/era.ts';
import type { Role } from '../../../vocabulary/trace.ts';
import type { Arguments } from './arguments.ts';
import { configText, formatEntry, formatValue } from './format.ts';
import { answerText } from './printer.ts';
import { toValue, type ScriptSession } from './session.ts';

const KINDS = [
  'leader',
  'no',
  'era',
  'role',
  'committed',
  'applied',
  'entry',
  'length',
  'snapshot',
  'config',
  'value',
  'reply',
  'up',
  'down',
  'messages',
  'holds',
  'violates',
] as const;

const ROLES: readonly Role[] = [
  'follower',
  'candidate',
  'looking',
  'syncing',
  'leader',
  'outsider',
];

export function expectation(session: ScriptSession, args: Arguments): string | null {
  const kind = args.oneOf('expectation', KINDS);
  switch (kind) {
    case 'leader':
      return leaderIs(session, args);
    case 'no':
      return noLeader(session, args);
    case 'era':
    case 'role':
      return viewIs(session, args, kind);
    case 'committed':
    case 'applied':
    case 'length':
      return positionIs(session, args, kind);
    case 'entry':
      return entryIs(session, args);
    case 'snapshot':
      return snapshotIs(session, args);
    case 'config':
      return configIs(session, args);
    case 'value':
      return valueIs(session, args);
    case 'reply':
      return replyIs(session, args);
    case 'up':
    case 'down':
      return lifeIs(session, args, kind);
    case 'messages':
      return messagesAre(session, args);
    case 'holds':
    case 'violates':
      return judged(session, args, kind);
    default:
      return assertUnreachable(kind, 'expect');
  }
}

function leaderIs(session: ScriptSession, args: Arguments): string | null {
  const leaders = session.world.readyLeaders();
  const word = args.word('node, any or one');
  const found = leaders.length === 0 ? 'nobody leads' : `${leaders.join(' and ')} leads`;
  if (word === 'any') return leaders.length > 0 ? null : found;
  if (word === 'one') return leaders.length === 1 ? null : found;
  if (!session.world.hasNode(word)) args.fail(`"${word}" is no node, any or one`);
  return leaders.includes(word) ? null : found;
}

function noLeader(session: ScriptSession, args: Arguments): string | null {
  args.oneOf('word', ['leader'] as const);
  const nodes = args.maybeNodes() ?? session.world.ids;
  const leaders = session.world.readyLeaders().filter((id) => nodes.includes(id));
  return leaders.length === 0 ? null : `${leaders.join(' and ')} leads`;
}

function viewOf(session: ScriptSession, args: Arguments): CoreDescription | null {
  return session.world.describe(args.node());
}

function viewIs(session: ScriptSession, args: Arguments, kind: 'era' | 'role'): string | null {
  const view = viewOf(session, args);
  if (kind === 'era') {
    const wanted = args.word('era');
    if (view === null) return 'the node is down';
    // A ballot may be named by its number alone.
    const label = eraLabel(view.era);
    return label === wanted || String(view.era.number) === wanted ? null : `era ${label}`;
  }
  const wanted = args.word('role');
  if (view === null) return 'the node is down';
  if (view.role === wanted || view.word === wanted) return null;
  const isKnown = ROLES.some((role) => role === wanted);
  return `${view.role} (${view.word})${isKnown ? '' : `; roles are ${ROLES.join(', ')}`}`;
}

function positionIs(
  session: ScriptSession,
  args: Arguments,
  kind: 'committed' | 'applied' | 'length',
): string | null {
  const nodes = args.nodes();
  const wanted = args.word('position');
  if (!/^(>=|<=)?\d+$/.test(wanted)) args.fail(`"${wanted}" is no position; expected 5 or >=5`);
  for (const id of nodes) {
    const view = session.world.describe(id);
    if (view === null) return `${id} is down`;
    const applied = session.world.node(id).life?.driver.applied ?? 0;
    const found = { committed: view.committed, applied, length: view.lastPos }[kind];
    if (!matches(found, wanted)) return `${id}: ${kind} ${found}`;
  }
  return null;
}

/** The one on disk: what a power cut now would leave. */
function snapshotIs(session: ScriptSession, args: Arguments): string | null {
  const nodes = args.nodes();
  const wanted = args.word('position');
  if (!/^(>=|<=)?\d+$/.test(wanted)) args.fail(`"${wanted}" is no position; expected 5 or >=5`);
  for (const id of nodes) {
    const found = session.world.node(id).disk.snapshot?.lastPos ?? 0;
    if (!matches(found, wanted)) return `${id}: ${found === 0 ? 'none' : `up to ${found}`}`;
  }
  return null;
}

function configIs(session: ScriptSession, args: Arguments): string | null {
  const named = args.maybeNodes();
  const wanted = configText({
    voters: args.pairNodes('voters') ?? args.fail('voters= is missing'),
    votersOld: args.pairNodes('old') ?? null,
    learners: args.pairNodes('learners') ?? [],
  });
  const leader = session.world.leader();
  const nodes = named ?? (leader === null ? [] : [leader]);
  if (nodes.length === 0) return 'nobody leads';
  for (const id of nodes) {
    if (session.world.node(id).life === null) return `${id} is down`;
    const found = configText(session.checker.config(session.world.node(id)));
    if (found !== wanted) return `${id}: ${found}`;
  }
  return null;
}

function matches(found: number, wanted: string): boolean {
  if (wanted.startsWith('>=')) return found >= Number(wanted.slice(2));
  if (wanted.startsWith('<=')) return found <= Number(wanted.slice(2));
  return found === Number(wanted);
}

/** What stands at a position of a log, committed or not: `put x 1`, `noop`, `nothing`, or
 *  `compacted` when only a snapshot has it. */
function entryIs(session: ScriptSession, args: Arguments): string | null {
  const nodes = args.nodes();
  const pos = args.number('position');
  const wanted = args.remainingWords().join(' ');
  if (wanted === '') args.fail('what stands there is missing; expected put x 1, noop or nothing');
  for (const id of nodes) {
    const memory = session.checker.memory(session.world.node(id));
    const entry = memory.log[pos];
    const nothing = pos <= memory.snapshotPos ? 'compacted' : 'nothing';
    const payload = (entry?.payload ?? {}) as { readonly [name: string]: unknown };
    const command = [payload['op'], payload['key'], payload['value'] ?? payload['by']];
    const text = command
      .filter((word) => word !== undefined)
      .map(String)
      .join(' ');
    const found = entry === undefined ? nothing : entry.type === 'command' ? text : entry.type;
    if (found === wanted) continue;
    return `${id}: ${entry === undefined ? nothing : formatEntry(entry)}`;
  }
  return null;
}

/** What a state machine holds under a key; `none` when it holds nothing. */
function valueIs(session: ScriptSession, args: Arguments): string | null {
  const nodes = args.nodes();
  const key = args.word('key');
  const wanted = args.word('value');
  for (const id of nodes) {
    const { life } = session.world.node(id);
    if (life === null) return `${id} is down`;
    // Reading changes nothing, so it need not go through the log.
    const item = life.service.apply({ op: 'get', key }, 0, 0) as { readonly value: unknown };
    const found = item.value ?? 'none';
    if (String(found) !== wanted) return `${id}: ${formatValue(found)}`;
  }
  return null;
}

function replyIs(session: ScriptSession, args: Arguments): string | null {
  const client = args.word('client');
  const operation = args.word('number of the operation, open or close');
  const wanted = args.oneOf('outcome', ['ok', 'refused', 'none'] as const);
  const detail = args.maybeWord();
  const answer = session.answerTo(client, operation);
  const found = answer === null ? 'no reply' : answerText(answer);
  if (wanted === 'none') return answer === null ? null : found;
  if (answer === null) return found;
  if (wanted === 'refused') {
    const fits = !answer.ok && (detail === null || answer.refusal.code === detail);
    return fits ? null : found;
  }
  if (!answer.ok) return found;
  if (detail === null) return null;
  const result = answer.result as { readonly value?: unknown; readonly version?: unknown } | null;
  const value = result?.value ?? null;
  return value === toValue(detail) || (detail === 'none' && value === null) ? null : found;
}

function lifeIs(session: ScriptSession, args: Arguments, kind: 'up' | 'down'): string | null {
  for (const id of args.nodes()) {
    const { life, haltedBy } = session.world.node(id);
    if ((life !== null) === (kind === 'up')) continue;
    return life !== null ? `${id} is up` : `${id} is down${haltedBy ? `: ${haltedBy}` : ''}`;
  }
  return null;
}

function messagesAre(session: ScriptSession, args: Arguments): string | null {
  const wanted = args.word('number of messages');
  if (!/^(>=|<=)?\d+$/.test(wanted)) args.fail(`"${wanted}" is no number; expected 2 or >=2`);
  const { length } = session.world.network.find({ ...args.filter(), held: true });
  return matches(length, wanted) ? null : `${length} on their way`;
}

function judged(
  session: ScriptSession,
  args: Arguments,
  kind: 'holds' | 'violates',
): string | null {
  session.hasJudged = true;
  const { violations } = session.checker;
  const id = args.maybeWord();
  const found = violations.filter((violation) => id === null || violation.id === id);
  const [first] = found;
  if (kind === 'holds') return first === undefined ? null : `${first.id}: ${first.what}`;
  if (first !== undefined) return null;
  return violations.length === 0 ? 'all invariants hold' : `violated: ${violations[0]?.id}`;
}
