/**
 * What the nemesis can do: one fault of each kind with parameters in a range that hurts and that a
 * healthy majority gets over, and which nodes it takes out of that majority.
 */
import type { Prng } from '../base/prng.ts';
import type { ScenarioStepFile } from '../contract/scenario-steps.ts';
import { STALL_MS_MAX } from '../faults/slow.ts';
import { hasCentre, shapeLinks } from '../vocabulary/shapes.ts';
import { CRASH_POINT_NAMES } from '../vocabulary/crash-points.ts';
import type { Link, LinkFaultKind, NodeFaultKind, ShapeName } from '../vocabulary/fault.ts';
import { LINK_FAULT_KINDS, SHAPE_NAMES } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { NemesisFault } from '../vocabulary/scenario.ts';
import type { TimingMs } from '../vocabulary/timing.ts';
import type { MessageKind } from '../vocabulary/trace.ts';
import { aFew, percentOf, shuffled, withChance } from './nemesis-chance.ts';

export interface DrawnFault {
  /** The step, but for its time. */
  readonly step: ScenarioStepFile;
  /** Nodes it breaks. A word stands for a node nobody knows yet, so it counts as one more. */
  readonly hurt: readonly string[];
}

/** What a fault is drawn from. */
export interface NemesisDraw {
  readonly prng: Prng;
  readonly nodes: readonly NodeId[];
  /** Those that no other fault hurts. */
  readonly sound: readonly NodeId[];
  /** How many more may be hurt. */
  readonly budget: number;
  readonly lastsMs: number;
  readonly timing: TimingMs;
  /** A name for a node that a word will stand for. */
  readonly token: string;
}

type NodeKind = Extract<NemesisFault, NodeFaultKind>;

/** Such links are late, or carry a message twice; nobody is cut off. */
const GENTLE_KINDS: ReadonlySet<NemesisFault> = new Set(['delay', 'duplicate', 'reorder']);
const LINK_KINDS: ReadonlySet<NemesisFault> = new Set(LINK_FAULT_KINDS);
const KINDS_OF_MESSAGES: readonly MessageKind[] = [
  'replicate',
  'answer',
  'commit',
  'election',
  'heartbeat',
  'catch-up',
];
/** Of a hundred faults that can be about the leader so many are. */
const LEADER_CHANCE = 40;
const SEVERAL_CHANCE = 20;
const NARROW_CHANCE = 30;

/** Nodes that a fault of this kind hurts at least; null: it does nothing to such a cluster. */
export function leastHurt(kind: NemesisFault, nodes: readonly NodeId[]): number | null {
  if (kind === 'align-timers' || kind === 'jump') return 0;
  if (LINK_KINDS.has(kind)) {
    if (nodes.length < 2) return null;
    return GENTLE_KINDS.has(kind) ? 0 : 1;
  }
  if (kind === 'partition') return nodes.length < 2 ? null : 1;
  if (!isShape(kind)) return 1;
  const links = shapeLinks(kind, nodes, hasCentre(kind) ? (nodes[0] ?? null) : null);
  return links.length === 0 ? null : coverSize(links, nodes);
}

function isShape(kind: NemesisFault): kind is ShapeName {
  return SHAPE_NAMES.some((name) => name === kind);
}

/** The fewest nodes without which none of these links is left: the others reach each other. */
function coverSize(links: readonly Link[], nodes: readonly NodeId[]): number {
  const [link] = links;
  if (link === undefined) return 0;
  const without = (node: NodeId): number =>
    1 +
    coverSize(
      links.filter(({ from, to }) => from !== node && to !== node),
      nodes,
    );
  return Math.min(without(link.from), without(link.to));
}

/** Draws a fault of a kind that fits the budget (`leastHurt`); null when no node is left for it. */
export function drawFault(kind: NemesisFault, draw: NemesisDraw): DrawnFault | null {
  if (kind === 'align-timers') return { step: { do: kind, ms: jumpMs(draw) }, hurt: [] };
  if (kind === 'partition') return drawPartition(draw);
  if (isShape(kind)) return drawShape(kind, draw);
  if (LINK_KINDS.has(kind)) return drawLinkFault(kind as LinkFaultKind, draw);
  return drawNodeFault(kind as NodeKind, draw);
}

interface Target {
  readonly words: readonly string[];
  readonly hurt: readonly string[];
}

/** The leader, whoever that will be, or one of the sound nodes. */
function drawOne({ prng, sound, token }: NemesisDraw): Target | null {
  if (withChance(prng, LEADER_CHANCE)) return { words: ['leader'], hurt: [token] };
  const [node] = shuffled(prng, sound);
  return node === undefined ? null : { words: [node], hurt: [node] };
}

/** One, or as many as the budget allows. */
function drawSome(draw: NemesisDraw): Target | null {
  const { prng, sound, budget } = draw;
  const most = Math.min(budget, sound.length);
  if (most < 2 || !withChance(prng, SEVERAL_CHANCE)) return drawOne(draw);
  const nodes = aFew(prng, sound, prng.nextInt(2, most));
  return { words: nodes, hurt: nodes };
}

function drawNodeFault(kind: NodeKind, draw: NemesisDraw): DrawnFault | null {
  const target = kind === 'jump' ? drawOne(draw) : drawSome(draw);
  if (target === null) return null;
  const node = [...target.words];
  const step = nodeStep(kind, node, draw);
  return { step, hurt: kind === 'jump' ? [] : target.hurt };
}

function nodeStep(kind: NodeKind, node: string[], draw: NemesisDraw): ScenarioStepFile {
  const { prng, lastsMs, timing } = draw;
  const base = { node, for: lastsMs };
  const [electionMs] = timing.electionTimeoutMs;
  switch (kind) {
    case 'jump':
      return { do: kind, node, ms: jumpMs(draw) };
    case 'power-cut': {
      const ms = prng.nextInt(0, Math.min(200, Math.floor(lastsMs / 2)));
      return { do: kind, ...base, ms };
    }
    case 'crash-at': {
      const point = CRASH_POINT_NAMES[prng.nextInt(0, CRASH_POINT_NAMES.length - 1)];
      return { do: kind, ...base, point: point ?? 'after-persist', nth: prng.nextInt(1, 10) };
    }
    case 'slow': {
      const stallMs = prng.nextInt(20, Math.min(STALL_MS_MAX, 2 * electionMs));
      return { do: kind, ...base, stallMs, everyMs: stallMs + prng.nextInt(50, 2 * electionMs) };
    }
    case 'slow-disk':
      return { do: kind, ...base, ms: prng.nextInt(5, electionMs), jitterMs: prng.nextInt(0, 50) };
    case 'skew':
      return { do: kind, ...base, rate: prng.nextInt(50, 200) / 100 };
    default:
      return { do: kind, ...base };
  }
}

/** Enough for some timers to end, or for all. */
function jumpMs({ prng, timing }: NemesisDraw): number {
  return prng.nextInt(timing.heartbeatMs, 2 * timing.electionTimeoutMs[1]);
}

interface Links {
  readonly from: string[];
  readonly to: string[];
  readonly hurt: readonly string[];
  /** One node to one other, and no more. */
  readonly isPair: boolean;
}

function drawLinkFault(kind: LinkFaultKind, draw: NemesisDraw): DrawnFault | null {
  const links = GENTLE_KINDS.has(kind) ? drawGentleLinks(draw) : drawLinks(draw);
  if (links === null) return null;
  const { from, to, hurt } = links;
  const only = drawOnly(links, draw);
  return { step: linkStep(kind, { from, to, for: draw.lastsMs, ...only }, draw), hurt };
}

/** All links, or those of one node in one direction, hurt or not. */
function drawGentleLinks({ prng, nodes }: NemesisDraw): Links {
  const [node = 'any'] = shuffled(prng, [...nodes, 'leader', 'any']);
  const [from, to] = withChance(prng, 50) ? [node, 'any'] : ['any', node];
  return { from: [from], to: [to], hurt: [], isPair: false };
}

/** What one node says, what it hears, or what it says to one other. */
function drawLinks(draw: NemesisDraw): Links | null {
  const { prng, nodes } = draw;
  const target = drawOne(draw);
  if (target === null) return null;
  const [node = ''] = target.words;
  const peers = node === 'leader' ? [] : nodes.filter((each) => each !== node);
  const isPair = peers.length > 0 && withChance(prng, 40);
  const peer = isPair ? aFew(prng, peers, 1) : ['any'];
  const [from, to] = withChance(prng, 50) ? [[node], peer] : [peer, [node]];
  return { from: [...from], to: [...to], hurt: target.hurt, isPair };
}

type OnlyKeys = { readonly types?: string[]; readonly first?: number };

/**
 * Some messages only. One whole type for good is taken from a single pair of nodes at most: a
 * leader whose heartbeats arrive and whose proposals do not stays leader, in every one of the
 * protocols, and nothing is ever committed.
 */
function drawOnly({ isPair }: Links, { prng }: NemesisDraw): OnlyKeys {
  if (!withChance(prng, NARROW_CHANCE)) return {};
  const types = aFew(prng, KINDS_OF_MESSAGES, prng.nextInt(1, 2));
  const first = prng.nextInt(1, 5);
  if (isPair && withChance(prng, 50)) return { types };
  return withChance(prng, 50) ? { types, first } : { first };
}

type LinkKeys = OnlyKeys & { readonly from: string[]; readonly to: string[]; readonly for: number };

function linkStep(kind: LinkFaultKind, base: LinkKeys, draw: NemesisDraw): ScenarioStepFile {
  const { prng, timing } = draw;
  // There and back with all its jitter stays below the shortest election timeout.
  const lateMs = Math.floor(timing.electionTimeoutMs[0] / 6);
  switch (kind) {
    case 'cut':
    case 'hold':
      return { do: kind, ...base };
    case 'delay': {
      const ms = prng.nextInt(1, lateMs);
      const distribution = aFew(prng, ['uniform', 'normal', 'exponential'] as const, 1)[0];
      const jitterMs = prng.nextInt(0, Math.floor(ms / 2));
      return { do: kind, ...base, ms, jitterMs, distribution: distribution ?? 'uniform' };
    }
    case 'loss':
      return { do: kind, ...base, probability: percentOf(prng, 5, 50) };
    case 'duplicate': {
      const probability = percentOf(prng, 10, 100);
      return { do: kind, ...base, probability, windowMs: prng.nextInt(0, 2 * lateMs) };
    }
    case 'reorder':
      return { do: kind, ...base, windowMs: prng.nextInt(1, lateMs) };
    case 'bandwidth':
      return { do: kind, ...base, bytesPerSecond: 1_000 * prng.nextInt(1, 50) };
  }
}

function drawPartition(draw: NemesisDraw): DrawnFault | null {
  const { prng, nodes, sound, budget } = draw;
  // Somebody has to be on the other side.
  const most = Math.min(budget, sound.length, nodes.length - 1);
  if (most < 1) return null;
  const group = aFew(prng, sound, prng.nextInt(1, most));
  const hurt: string[] = [...group];
  const withLeader = withChance(prng, LEADER_CHANCE);
  if (withLeader) hurt[0] = draw.token;
  const words = withLeader ? ['leader', ...group.slice(1)] : [...group];
  return { step: { do: 'partition', groups: [words, ['rest']], for: draw.lastsMs }, hurt };
}

function drawShape(shape: ShapeName, draw: NemesisDraw): DrawnFault | null {
  const { nodes, token, lastsMs } = draw;
  if (shape === 'ring' || shape === 'chain') {
    return { step: { do: shape, for: lastsMs }, hurt: tokens(token, leastHurt(shape, nodes)) };
  }
  const target = drawOne(draw);
  if (target === null) return null;
  const step: ScenarioStepFile = { do: shape, node: [...target.words], for: lastsMs };
  // The node in the middle of a bridge or a star is the one that is not hurt.
  const isCentreHurt = shape === 'isolate' || shape === 'half-open';
  return { step, hurt: isCentreHurt ? target.hurt : tokens(token, leastHurt(shape, nodes)) };
}

function tokens(token: string, count: number | null): string[] {
  return Array.from({ length: count ?? 0 }, (_, at) => `${token}.${at}`);
}
