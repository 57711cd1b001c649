/**
 * Faults as everyone names them: what a scenario asks for, what the ledger keeps, what the screen
 * draws. What each kind does stands in faults/, one file each.
 */
import type { CrashPoint } from './crash-points.ts';
import type { NodeId } from './ids.ts';

export interface Link {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** Which messages of a link a fault means; where it is absent, every message. */
export interface Only {
  /** Message types of the protocol (`append`), or kinds of all protocols (`replicate`); null: every
   *  message, and the frames of sessions, too. */
  readonly types: readonly string[] | null;
  /** The next so many of them on each link, then no more; null: all. */
  readonly first: number | null;
}

const ALL_MESSAGES: Only = { types: null, first: null };

export function onlyOf({ only }: { readonly only?: Only }): Only {
  return only ?? ALL_MESSAGES;
}

export type Distribution = 'uniform' | 'normal' | 'exponential';

/** What is done to the messages of one directed link. */
export type LinkEffect =
  /** Nothing passes. */
  | { readonly kind: 'cut'; readonly only?: Only }
  /** Everything takes longer: `uniform` in delay +- jitter, `normal` with jitter as its standard
   *  deviation, `exponential` with jitter as the mean of what comes on top. Order is kept. */
  | {
      readonly kind: 'delay';
      readonly delayMs: number;
      readonly jitterMs: number;
      readonly distribution?: Distribution;
      readonly only?: Only;
    }
  | { readonly kind: 'loss'; readonly probability: number; readonly only?: Only }
  /** A copy follows within `windowMs`. */
  | {
      readonly kind: 'duplicate';
      readonly probability: number;
      readonly windowMs: number;
      readonly only?: Only;
    }
  /** Each message waits up to `windowMs` on its own: they overtake one another. */
  | { readonly kind: 'reorder'; readonly windowMs: number; readonly only?: Only }
  /** Kept on the link until the fault is undone, then let go in order. */
  | { readonly kind: 'hold'; readonly only?: Only }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number; readonly only?: Only };

export type LinkFaultKind = LinkEffect['kind'];

export const LINK_FAULT_KINDS = [
  'cut',
  'delay',
  'loss',
  'duplicate',
  'reorder',
  'hold',
  'bandwidth',
] as const satisfies readonly LinkFaultKind[];

type Plain<K extends string> = K extends K ? { readonly kind: K } : never;

/** What is done to one node. */
export type NodeEffect =
  | Plain<'kill' | 'stop' | 'pause' | 'wipe' | 'hold-disk' | 'full-disk' | 'corrupt'>
  /** What it wrote in the last `ms` is lost. */
  | { readonly kind: 'power-cut'; readonly ms: number }
  /** Killed when it passes this point for the `nth` time since then. */
  | { readonly kind: 'crash-at'; readonly point: CrashPoint; readonly nth: number }
  /** Its event loop stands still for `stallMs` every `everyMs`. */
  | { readonly kind: 'slow'; readonly stallMs: number; readonly everyMs: number }
  /** Every sync takes that much longer. */
  | { readonly kind: 'slow-disk'; readonly delayMs: number; readonly jitterMs: number }
  /** The next write, or the next sync, fails. */
  | { readonly kind: 'io-error'; readonly on: 'write' | 'sync' }
  /** Its clock runs at this rate: 2 is twice as fast. */
  | { readonly kind: 'skew'; readonly rate: number }
  /** Its clock is `ms` further at once. */
  | { readonly kind: 'jump'; readonly ms: number };

export type NodeFaultKind = NodeEffect['kind'];
export type FaultKindName = NodeFaultKind | LinkFaultKind;

type OnNode<E> = E extends NodeEffect ? E & { readonly node: NodeId } : never;
type OnLinks<E> = E extends LinkEffect ? E & { readonly links: readonly Link[] } : never;

export type NodeFault = OnNode<NodeEffect>;
/** Directed: `from` cannot reach `to`, and nothing is said of the way back. */
export type LinkFault = OnLinks<LinkEffect>;
/** What is to be broken. */
export type FaultSpec = NodeFault | LinkFault;

/** `bridge`, `star`, `isolate`, `half-open` are about one node; `ring`, `chain` about none. */
export type ShapeName = 'isolate' | 'half-open' | 'bridge' | 'star' | 'ring' | 'chain';

export const SHAPE_NAMES = [
  'isolate',
  'half-open',
  'bridge',
  'star',
  'ring',
  'chain',
] as const satisfies readonly ShapeName[];

/** Who asked for a fault. */
export type FaultOrigin = 'scenario' | 'nemesis' | 'hand' | 'lab';

export interface FaultRecord {
  readonly id: number;
  readonly spec: FaultSpec;
  /** What a person reads, for example `kill n1` or `partition n1 n2 | n3`. */
  readonly label: string;
  readonly origin: FaultOrigin;
  readonly startUs: number;
  /** null while it is on. */
  readonly endUs: number | null;
  /** How it ended: undone by a step, a click, the end of the run; or why it could not be applied.
   *   */
  readonly outcome: string | null;
}

/** What the outcome of a fault that could not be applied begins with. */
export const REFUSED = 'refused: ';

/** It was asked for and could not be applied; the outcome says why. */
export function isRefused({ outcome }: FaultRecord): boolean {
  return outcome?.startsWith(REFUSED) ?? false;
}

/** Faults that bring a process down, or keep it down; each is over when the node is started. */
const DOWN_KINDS: ReadonlySet<FaultKindName> = new Set(['kill', 'stop', 'power-cut', 'wipe']);

/** Whether a node is down because of it, for as long as it is on. */
export function isDownFault(spec: FaultSpec): boolean {
  return DOWN_KINDS.has(spec.kind);
}

/** Faults of the process itself, over when it ends; those of a machine outlive it. */
const PROCESS_KINDS: ReadonlySet<FaultKindName> = new Set(['pause', 'hold-disk']);

/** Whether it is over when the process ends. */
export function endsWithProcess(spec: FaultSpec): boolean {
  return PROCESS_KINDS.has(spec.kind);
}

/** One fault on one directed link. */
export interface LinkRule {
  /** Number in the ledger. */
  readonly fault: number;
  readonly effect: LinkEffect;
}

/** What a node's host does to it; made of all faults that are on. */
export interface NodeRules {
  readonly disk: {
    /** Added to every sync. */
    readonly delayMs: number;
    readonly jitterMs: number;
    /** What the next write meets. */
    readonly failure: 'none' | 'full' | 'write' | 'sync';
  };
  readonly clock: { readonly rate: number };
  readonly stall: { readonly stallMs: number; readonly everyMs: number } | null;
  readonly crashAt: readonly {
    readonly fault: number;
    readonly point: CrashPoint;
    readonly nth: number;
  }[];
}

export const SOUND_NODE: NodeRules = {
  disk: { delayMs: 0, jitterMs: 0, failure: 'none' },
  clock: { rate: 1 },
  stall: null,
  crashAt: [],
};
