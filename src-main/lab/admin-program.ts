/**
 * How a command of the operator is carried out: what is asked of whom, and what is waited for. A
 * program that a live cluster runs in real time and a simulated one in virtual time: it yields
 * whenever it has to wait, and the host goes on with it. Each question goes to whoever leads, again
 * and again while it is refused for a reason that passes, up to a limit.
 */
import { LabError } from '../contract/errors.ts';
import { MEMBERS_MAX } from '../protocols/kernel/config.ts';
import type { AdminOp } from '../protocols/kernel/core.ts';
import type { Answer } from '../runtime/driver/ports.ts';
import type { AdminSpec } from '../vocabulary/admin.ts';
import type { Member, NodeId } from '../vocabulary/ids.ts';
import type { Refusal, RefusalCode } from '../vocabulary/refusal.ts';
import type { Configuration, Standing } from './membership.ts';

/** What the host has to do before the program goes on; only `ask` has an answer. */
export type AdminWait =
  | { readonly is: 'pause' }
  /** null: it did not answer, which says nothing of what it did. */
  | { readonly is: 'ask'; readonly node: NodeId; readonly op: AdminOp }
  /** Until the process of the node has ended. */
  | { readonly is: 'stop'; readonly node: NodeId };

export type AdminProgram = Generator<AdminWait, string, Answer | null>;

/** A live cluster or a simulated one. What does not fit throws LabError. */
export interface AdminCluster {
  nowUs(): number;
  leader(): NodeId | null;
  config(): Configuration;
  presentIds(): readonly NodeId[];
  memberIds(): readonly NodeId[];
  standingOf(node: NodeId): Standing;
  /** With the disk it has now. */
  member(node: NodeId): Member;
  isRunning(node: NodeId): boolean;
  isReady(node: NodeId): boolean;
  /** The node will be asked to join: a new one, or one that had left. */
  expect(node: NodeId): void;
  startNode(node: NodeId): void;
  /** These are in the cluster with the disks they have: everybody may hear them. */
  admit(nodes: readonly NodeId[]): void;
  /** The node is no part of the cluster any more. */
  retire(node: NodeId): void;
  /** The process has ended: its next start is on an empty disk. */
  wipe(node: NodeId): void;
  /** Whether the leader still has something for this node. */
  isOwedAnything(node: NodeId): boolean;
}

const START_US_MAX = 5_000_000;
const ASK_US_MAX = 15_000_000;
/** What a node says of its configuration is heard here sooner. */
const NEWS_US_MAX = 2_000_000;
/** A learner has to get and load the whole state first. */
const PROMOTE_US_MAX = 60_000_000;
const RETIRE_US_MAX = 5_000_000;

/** Reasons that pass: somebody else leads, or something else has to end first. */
const PASSING: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'not-leader',
  'no-leader',
  'busy',
  'leadership-lost',
  'stopping',
  'config-in-progress',
  'transferring',
  'not-caught-up',
]);

type Holds = (config: Configuration) => boolean;
type Part<T = void> = Generator<AdminWait, T, Answer | null>;

/** @returns when it is done, what came of it. @throws LabError with the reason it is not. */
export function adminProgram(spec: AdminSpec, cluster: AdminCluster): AdminProgram {
  switch (spec.do) {
    case 'add':
      return add(cluster, spec.node, spec.as);
    case 'promote':
      return promote(cluster, spec.node);
    case 'remove':
      return remove(cluster, spec.node);
    case 'replace':
      return replace(cluster, spec.node);
    case 'reconfigure':
      return reconfigure(cluster, spec.voters, spec.learners);
    case 'transfer':
      return transfer(cluster, spec.to);
    case 'snapshot':
      return snapshot(cluster, spec.node, spec.retain);
  }
}

function* add(cluster: AdminCluster, node: NodeId, as: 'learner' | 'voter'): AdminProgram {
  yield* ensureUp(cluster, node);
  const op = { op: 'add', member: cluster.member(node), as } as const;
  yield* ask(cluster, op, ({ learners, voters }) =>
    (as === 'voter' ? voters : learners).includes(node),
  );
  cluster.admit([node]);
  return `${node} is a ${as}`;
}

function* promote(cluster: AdminCluster, node: NodeId): AdminProgram {
  const isVoter: Holds = ({ voters, learners }) => {
    return voters.includes(node) && !learners.includes(node);
  };
  yield* ask(cluster, { op: 'promote', nodeId: node }, isVoter, PROMOTE_US_MAX);
  return `${node} is a voter`;
}

function* remove(cluster: AdminCluster, node: NodeId): AdminProgram {
  ensureKnown(cluster, node);
  yield* leave(cluster, node);
  if (!(yield* isRetireSafe(cluster, node))) {
    return `${node} is no member any more, but others still need it: it was left running`;
  }
  cluster.retire(node);
  yield { is: 'stop', node };
  return `${node} is no member any more, its process has ended`;
}

function* leave(cluster: AdminCluster, node: NodeId): Part {
  yield* ask(cluster, { op: 'remove', nodeId: node }, (config) => !isIn(config, node));
}

function* replace(cluster: AdminCluster, node: NodeId): AdminProgram {
  ensureKnown(cluster, node);
  if (isIn(cluster.config(), node)) {
    yield* leave(cluster, node);
    yield* isRetireSafe(cluster, node);
  }
  cluster.retire(node);
  yield { is: 'stop', node };
  cluster.wipe(node);
  yield* add(cluster, node, 'learner');
  yield* promote(cluster, node);
  return `${node} is a voter on a fresh disk`;
}

function* reconfigure(
  cluster: AdminCluster,
  voters: readonly NodeId[],
  learners: readonly NodeId[],
): AdminProgram {
  const wanted = [...voters, ...learners];
  for (const node of wanted) yield* ensureUp(cluster, node);
  const before = cluster.memberIds();
  const membersOf = (ids: readonly NodeId[]): Member[] => ids.map((id) => cluster.member(id));
  const op = {
    op: 'reconfigure',
    voters: membersOf(voters),
    learners: membersOf(learners),
  } as const;
  yield* ask(cluster, op, (config) => {
    if (config.votersOld !== null) return false;
    return isSame(config.voters, voters) && isSame(config.learners, learners);
  });
  cluster.admit(wanted);
  for (const node of before.filter((id) => !wanted.includes(id))) {
    if (!(yield* isRetireSafe(cluster, node))) continue;
    cluster.retire(node);
    yield { is: 'stop', node };
  }
  return `the voters are ${voters.join(' ')}`;
}

function* transfer(cluster: AdminCluster, to: NodeId): AdminProgram {
  if (cluster.leader() === to) return `${to} leads already`;
  yield* ask(cluster, { op: 'transfer', to }, () => cluster.leader() === to);
  return `${to} takes over`;
}

function* snapshot(cluster: AdminCluster, node: NodeId, retain: number | null): AdminProgram {
  if (!cluster.isReady(node)) throw refused(`${node} does not run`);
  const answer = yield { is: 'ask', node, op: { op: 'snapshot', retain } };
  if (answer === null) throw refused(`${node} did not answer`);
  if (!answer.ok) throw refused(`${answer.refusal.code}: ${answer.refusal.message}`);
  return `${node} has a snapshot up to ${answer.pos}`;
}

function* ask(cluster: AdminCluster, op: AdminOp, holds: Holds, limitUs = ASK_US_MAX): Part {
  let deadlineUs = cluster.nowUs() + limitUs;
  let last: Refusal | null = null;
  let isUncertain = false;
  for (;;) {
    // An attempt whose answer was lost may have been carried out all the same.
    if (isUncertain && holds(cluster.config())) return;
    const leader = cluster.leader();
    if (leader !== null) {
      const answer = yield { is: 'ask', node: leader, op };
      if (answer?.ok === true) return;
      if (answer !== null) last = answer.refusal;
      if (last !== null && !PASSING.has(last.code)) {
        if (!isUncertain) throw refused(`${last.code}: ${last.message}`);
        // It may be refused because it was done: the node that says so knows before we do.
        deadlineUs = Math.min(deadlineUs, cluster.nowUs() + NEWS_US_MAX);
      }
      isUncertain ||= answer === null || answer.refusal.code === 'leadership-lost';
    }
    if (cluster.nowUs() >= deadlineUs) break;
    yield { is: 'pause' };
  }
  const why = last === null ? 'there was no leader' : `${last.code}: ${last.message}`;
  throw refused(`not within ${limitUs / 1_000_000} s: ${why}`);
}

/** Starts the node when it is down; a node nobody knows is made. */
function* ensureUp(cluster: AdminCluster, node: NodeId): Part {
  if (cluster.standingOf(node) === 'removed') {
    if (cluster.presentIds().length >= MEMBERS_MAX) {
      throw refused(`there are ${MEMBERS_MAX} nodes already`);
    }
    cluster.expect(node);
  }
  if (!cluster.isRunning(node)) cluster.startNode(node);
  const deadlineUs = cluster.nowUs() + START_US_MAX;
  while (!cluster.isReady(node)) {
    if (cluster.nowUs() >= deadlineUs) throw refused(`${node} did not start`);
    yield { is: 'pause' };
  }
}

function ensureKnown(cluster: AdminCluster, node: NodeId): void {
  if (cluster.standingOf(node) !== 'removed') return;
  throw refused(`no node ${node} in this cluster`);
}

function* isRetireSafe(cluster: AdminCluster, node: NodeId): Part<boolean> {
  const deadlineUs = cluster.nowUs() + RETIRE_US_MAX;
  while (cluster.isOwedAnything(node)) {
    if (cluster.nowUs() >= deadlineUs) return false;
    yield { is: 'pause' };
  }
  return true;
}

function refused(message: string): LabError {
  return new LabError('not-possible-now', message);
}

function isIn({ voters, votersOld, learners }: Configuration, node: NodeId): boolean {
  return [...voters, ...(votersOld ?? []), ...learners].includes(node);
}

function isSame(a: readonly NodeId[], b: readonly NodeId[]): boolean {
  return a.length === b.length && a.every((node) => b.includes(node));
}
