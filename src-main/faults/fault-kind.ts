/**
 * What a fault kind is. A fault changes nothing by itself: it says which nodes are to be signalled
 * when it begins and when it is undone, and what it does to the links it names or to its node for
 * as long as it is on. A host (supervisor and node process, or simulator) carries that out.
 */
import { onlyOf } from '../vocabulary/fault.ts';
import type { FaultSpec, Link, LinkFault, NodeRules, Only } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';

/** What a host is told to do to a node. */
export type HostSignal =
  | 'kill'
  | 'stop'
  | 'start'
  | 'pause'
  | 'resume'
  | 'hold-disk'
  | 'release-disk'
  | 'wipe'
  | 'corrupt'
  | 'mend-corrupt'
  | 'jump';

interface Order<S extends string> {
  readonly node: NodeId;
  readonly signal: S;
  /** Not at once, but so long after the fault began. */
  readonly afterMs?: number;
  /** Of `jump`. */
  readonly ms?: number;
}

export type HostOrder = Order<HostSignal>;
/** `start-if-down` is the desk's to judge: whether another fault keeps the node down. */
export type SignalOrder = HostOrder | Order<'start-if-down'>;

/** What a fault needs of its node to begin: a running process, or one that is down. */
export type Needs = 'running' | 'down' | 'any';

export interface FaultKind<S extends FaultSpec = FaultSpec> {
  readonly name: S['kind'];
  /** Of its node; of no account for faults of links. */
  readonly needs: Needs;
  /** It can be on once a node at most. */
  readonly once: boolean;
  /** Over as soon as it has begun: nothing is left to undo. */
  readonly momentary: boolean;
  /** What is wrong with the parameters, or null. */
  check(spec: S): string | null;
  label(spec: S): string;
  begin(spec: S): readonly SignalOrder[];
  undo(spec: S): readonly SignalOrder[];
  /** What it does to its node while it is on. `fault` is its number in the ledger. */
  rules(spec: S, before: NodeRules, fault: number): NodeRules;
}

const NOTHING: readonly SignalOrder[] = [];

/** A kind with what most kinds have. */
export function aFaultKind<S extends FaultSpec>(
  kind: Pick<FaultKind<S>, 'name' | 'label'> & Partial<FaultKind<S>>,
): FaultKind<S> {
  return {
    needs: 'running',
    once: false,
    momentary: false,
    check: () => null,
    begin: () => NOTHING,
    undo: () => NOTHING,
    rules: (_spec, before) => before,
    ...kind,
  };
}

/** A fault of links; `check` of its own parameters comes after that of what all have. */
export function aLinkFault<S extends LinkFault>(
  name: S['kind'],
  words: (spec: S, links: string) => string,
  check: (spec: S) => string | null = () => null,
): FaultKind<S> {
  return aFaultKind<S>({
    name,
    needs: 'any',
    check: (spec) => checkLinks(spec.links, onlyOf(spec)) ?? check(spec),
    label: (spec) => `${words(spec, linksLabel(spec.links))}${onlyLabel(onlyOf(spec))}`,
  });
}

/** Messages that a limited fault can mean at most. */
const FIRST_MAX = 1_000_000;
const TYPES_MAX = 20;

function checkLinks(links: readonly Link[], only: Only): string | null {
  if (links.length === 0) return 'no link is named';
  if (only.types?.length === 0) return 'no message type is named';
  if ((only.types?.length ?? 0) > TYPES_MAX) return `at most ${TYPES_MAX} message types`;
  const { first } = only;
  const ok = first === null || (Number.isInteger(first) && first >= 1 && first <= FIRST_MAX);
  return ok ? null : `first is a whole number from 1 to ${FIRST_MAX}`;
}

/** A problem when `value` is not from `least` to `most`. */
export function outOf(name: string, value: number, least: number, most: number): string | null {
  const ok = Number.isFinite(value) && value >= least && value <= most;
  return ok ? null : `${name} goes from ${least} to ${most}`;
}

export function linksLabel(links: readonly Link[]): string {
  const parts = links.map(({ from, to }) => `${from} → ${to}`);
  return parts.length <= 3 ? parts.join(', ') : `${parts.length} links`;
}

export function onlyLabel({ types, first }: Only): string {
  if (types === null && first === null) return '';
  const count = first === null ? '' : `the next ${first}`;
  return `, only ${[count, types?.join(', ') ?? ''].filter((part) => part !== '').join(' ')}`;
}

export function percent(probability: number): string {
  return `${Math.round(probability * 1_000) / 10} %`;
}
