/**
 * What of the newer parts of a cluster a seed draws: an operator who changes the configuration,
 * hands over leadership and takes snapshots; spare nodes; reads without log entries; small limits
 * for snapshots and quorums that are not majorities. It has a sequence of chance of its own, so a
 * seed means the same with and without it otherwise.
 */
import { deriveSeed, Prng } from '../../../base/prng.ts';
import type { MutantFocus, ProtocolDefinition } from '../../../protocols/kernel/core.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { ReadLevel } from '../../../vocabulary/read-level.ts';

export type OperatorWork =
  'add' | 'promote' | 'remove' | 'reconfigure' | 'replace' | 'transfer' | 'snapshot';

export interface OperatorPlan {
  readonly weights: { readonly [work in OperatorWork]: number };
  /** Mean time between two commands. */
  readonly everyUs: number;
}

export interface ChangePlan {
  readonly spares: number;
  /** null: nobody changes anything. */
  readonly operator: OperatorPlan | null;
  readonly readLevels: readonly ReadLevel[];
  readonly options: { readonly [name: string]: Json };
}

/** What the mutants that are on need. */
export function focusOf(
  { mutants }: ProtocolDefinition,
  names: readonly string[],
): readonly MutantFocus[] {
  return [
    ...new Set(mutants.flatMap(({ name, focus }) => (names.includes(name) ? (focus ?? []) : []))),
  ];
}

export const NO_CHANGES: ChangePlan = { spares: 0, operator: null, readLevels: [], options: {} };

const WEIGHTS: { readonly [work in OperatorWork]: number } = {
  add: 4,
  promote: 4,
  remove: 4,
  reconfigure: 3,
  replace: 4,
  transfer: 2,
  snapshot: 2,
};

const MEMBERSHIP_WORK = ['add', 'promote', 'remove', 'reconfigure', 'replace'] as const;

export function drawChanges(
  seed: number,
  nodes: number,
  protocol: ProtocolDefinition,
  focus: readonly MutantFocus[],
): ChangePlan {
  const prng = new Prng(deriveSeed(seed, 'swarm changes'));
  const isDrawn = (name: MutantFocus, oneIn: number): boolean => {
    const drawn = prng.nextInt(1, oneIn) === 1;
    return drawn || focus.includes(name);
  };
  const changes = {
    membership: isDrawn('membership', 2),
    transfers: isDrawn('transfers', 3),
    snapshots: isDrawn('snapshots', 2),
    reads: isDrawn('reads', 2),
    leases: isDrawn('leases', 3),
    quorums: isDrawn('quorums', 6),
  };
  const everyUs = pick(prng, [200, 400, 800, 2_000]) * 1_000;
  const spares = changes.membership ? prng.nextInt(1, 3) : 0;
  const options = drawOptions(prng, protocol, nodes, changes);
  return {
    spares,
    operator: { weights: weightsOf(prng, changes), everyUs },
    readLevels: changes.reads || changes.leases ? levelsOf(protocol, options) : [],
    options,
  };
}

type Changes = { readonly [name in MutantFocus]: boolean };

function pick<T>(prng: Prng, items: readonly T[]): T {
  return items[prng.nextInt(0, items.length - 1)] as T;
}

/** Each kind of work is left out of half of the seeds: the others show what they do alone. */
function weightsOf(prng: Prng, changes: Changes): OperatorPlan['weights'] {
  const weights = { ...WEIGHTS };
  for (const work of MEMBERSHIP_WORK) {
    const isOut = prng.nextInt(0, 3) === 0;
    if (!changes.membership || isOut) weights[work] = 0;
  }
  if (!changes.transfers) weights.transfer = 0;
  if (!changes.snapshots) weights.snapshot = 0;
  return weights;
}

function levelsOf(protocol: ProtocolDefinition, options: { [name: string]: Json }): ReadLevel[] {
  const levels = protocol.readLevels.filter((level) => {
    return level !== 'lease' || options['leaseReads'] === true;
  });
  return levels.length === 0 ? [] : ['log', ...levels];
}

/** Small limits: a snapshot every few entries, hardly anything kept behind it. */
const SNAPSHOT_SIZES = {
  snapshotEvery: [2, 5, 20, 60],
  retainEntries: [0, 1, 5, 20],
  maxChunksInflight: [1, 2, 4],
  maxSnapshotStreams: [1, 2],
} as const;

function drawOptions(
  prng: Prng,
  { defaultOptions: known }: ProtocolDefinition,
  nodes: number,
  changes: Changes,
): { [name: string]: Json } {
  const drawn: { [name: string]: Json } = {};
  for (const [name, values] of Object.entries(SNAPSHOT_SIZES)) {
    const value = pick(prng, values);
    if (changes.snapshots && name in known) drawn[name] = value;
  }
  for (const name of ['alwaysJoint', 'strictSync', 'leaseReads']) {
    const isOn = prng.nextInt(0, 1) === 1;
    const isWanted = name === 'leaseReads' ? changes.leases : isOn;
    if (isWanted && known[name] === false) drawn[name] = true;
  }
  const window = pick(prng, [2, 4, 16]);
  // Paxos: a change takes effect so many slots later.
  if (changes.membership && 'window' in known) drawn['window'] = window;
  const q2 = prng.nextInt(1, nodes);
  if (changes.quorums && !changes.membership && 'q1' in known && nodes > 2) {
    drawn['q1'] = nodes + 1 - q2;
    drawn['q2'] = q2;
  }
  return drawn;
}
