/**
 * Where faults are chosen and asked for: the brush for links, the form for nodes, shapes, and the
 * clusters all of that goes to.
 */
import type { Action } from '../../src-main/contract/calls.ts';
import {
  hasCentre,
  type FaultSpec,
  type Link,
  type LinkEffect,
  type LinkFaultKind,
  type NodeFaultKind,
  type NodeId,
  type ShapeName,
} from '../../src-main/contract/words.ts';
import { fits } from './action-fit.ts';
import {
  fieldsOf,
  initialValues,
  linkEffect,
  nodeEffect,
  problemOfValues,
  type FaultValues,
} from './fault-forms.ts';
import { linkKey } from './insight.ts';
import { currentLeader } from './leadership.ts';
import { halves, type PresetName } from './link-matrix.ts';
import type { LiveCluster } from './live-cluster.svelte.ts';

/** `drop`: the next few are lost, then no more. `clear`: whatever is on the link ends. */
export type BrushName = LinkFaultKind | 'drop' | 'clear';
/** A node by its name, or whoever leads each cluster. */
export type NodeTarget = NodeId | 'leader';

const ALL = 'all';
const DROP_INITIAL = 3;

/** What the lab is asked through. */
export interface FaultPorts {
  clusters(): readonly LiveCluster[];
  act(clusters: readonly LiveCluster[], action: Action): Promise<void>;
  undo(cluster: LiveCluster, fault: number): Promise<void>;
  startEmpty(cluster: LiveCluster, node: NodeId): Promise<void>;
  inform(text: string): void;
}

/** A node and a kind that are about to be chosen. */
export interface FaultForm {
  readonly kind: NodeFaultKind;
  readonly target: NodeTarget;
  /** What stands there at first; null: until it is undone. */
  readonly forMs: number | null;
}

export class FaultDesk {
  /** The faults take the place of the clusters' pictures. */
  open = $state(false);
  /** Id of the cluster that faults go to, or `all`. */
  scope = $state<string>(ALL);
  brush = $state<BrushName>('cut');
  /** A message type, or a kind of them; empty: every message. */
  messageType = $state('');
  first = $state<number | null>(null);
  /** What is begun in the panel ends by itself after so long; null: when it is undone. */
  forMs = $state<number | null>(null);
  form = $state.raw<FaultForm | null>(null);
  #values = $state.raw<Readonly<Partial<Record<BrushName, FaultValues>>>>({});
  readonly #ports: FaultPorts;

  constructor(ports: FaultPorts) {
    this.#ports = ports;
  }

  /** The cluster that was chosen; when it is gone or none was, all of them. */
  get targets(): readonly LiveCluster[] {
    const all = this.#ports.clusters();
    const chosen = all.filter(({ info }) => info.id === this.scope);
    return chosen.length === 0 ? all : chosen;
  }

  /** The parameters of the brush. */
  get values(): FaultValues {
    const { brush } = this;
    if (brush === 'clear') return {};
    return this.#values[brush] ?? (brush === 'drop' ? {} : initialValues(brush));
  }

  setValue(name: string, value: number | string): void {
    this.#values = { ...this.#values, [this.brush]: { ...this.values, [name]: value } };
  }

  /** How many messages are meant: `drop` always means some number of them. */
  get count(): number | null {
    return this.first ?? (this.brush === 'drop' ? DROP_INITIAL : null);
  }

  /** Why nothing can be painted as the brush is now, or null. */
  get problem(): string | null {
    const { brush, count, forMs } = this;
    if (brush === 'clear') return null;
    if (count !== null && !isWhole(count, 1, 1_000_000)) return 'how many: 1 to 1000000';
    if (forMs !== null && !isWhole(forMs, 1, 3_600_000)) return 'for: 1 to 3600000 ms';
    return brush === 'drop' ? null : problemOfValues(brush, this.values);
  }

  /** What the brush does to a link; null for `clear`. */
  get effect(): LinkEffect | null {
    const { brush, messageType, count } = this;
    if (brush === 'clear') return null;
    const effect: LinkEffect =
      brush === 'drop' ? { kind: 'loss', probability: 1 } : linkEffect(brush, this.values);
    if (messageType === '' && count === null) return effect;
    return { ...effect, only: { types: messageType === '' ? null : [messageType], first: count } };
  }

  /** Does what the brush does to these links, as one fault in each cluster. */
  async paint(links: readonly Link[]): Promise<void> {
    if (links.length === 0 || this.problem !== null) return;
    const { effect } = this;
    await this.#each((cluster) => {
      const known = cluster.info.nodeIds;
      const own = links.filter(({ from, to }) => known.includes(from) && known.includes(to));
      if (own.length === 0) return null;
      return effect === null
        ? this.#clear(cluster, own)
        : this.#begin(cluster, { ...effect, links: own }, this.forMs);
    });
  }

  /** A fault that is on nothing but these links is undone; of others these links are healed. */
  async #clear(cluster: LiveCluster, links: readonly Link[]): Promise<void> {
    const painted = new Set(links.map(({ from, to }) => linkKey(from, to)));
    const left = new Set<string>();
    for (const { id, spec } of cluster.view.faults.slice()) {
      if (!('links' in spec)) continue;
      const keys = spec.links.map(({ from, to }) => linkKey(from, to));
      if (keys.every((key) => painted.has(key))) await this.#ports.undo(cluster, id);
      else for (const key of keys) if (painted.has(key)) left.add(key);
    }
    for (const { from, to } of links) {
      if (left.has(linkKey(from, to))) await this.#ports.act([cluster], { do: 'heal', from, to });
    }
  }

  async applyPreset(preset: PresetName, centre: NodeTarget): Promise<void> {
    await this.#each((cluster) => {
      if (preset === 'partition') {
        const groups = halves(cluster.info.nodeIds);
        return groups.length < 2 ? null : this.#act(cluster, { do: 'partition', groups });
      }
      return this.#applyShape(cluster, preset, centre);
    });
  }

  #applyShape(cluster: LiveCluster, shape: ShapeName, centre: NodeTarget): Promise<void> | null {
    if (!hasCentre(shape)) return this.#act(cluster, { do: 'shape', shape });
    const node = nodeOf(cluster, centre);
    return node === null ? null : this.#act(cluster, { do: 'shape', shape, node });
  }

  /** @param values without a problem, or none where the kind has no parameters */
  async breakNode(
    kind: NodeFaultKind,
    target: NodeTarget,
    values: FaultValues,
    forMs: number | null,
  ): Promise<void> {
    const effect = nodeEffect(kind, values);
    await this.#each((cluster) => {
      const node = nodeOf(cluster, target);
      return node === null ? null : this.#begin(cluster, { ...effect, node }, forMs);
    });
  }

  /** Undoes faults of one kind of a node; a lost disk can only be started on, empty. */
  async mendNode(kind: NodeFaultKind, target: NodeTarget): Promise<void> {
    await this.#each(async (cluster) => {
      const node = nodeOf(cluster, target);
      if (node === null) return;
      if (kind === 'wipe') return this.#ports.startEmpty(cluster, node);
      const meant = cluster.view.faults.filter(
        ({ spec }) => spec.kind === kind && 'node' in spec && spec.node === node,
      );
      for (const { id } of meant) await this.#ports.undo(cluster, id);
    });
  }

  /** A fault of a node that was clicked: begun, by its form where it has one, or undone.
   *  `scope`: the cluster that is meant, null for all. */
  choose(
    { kind, target, forMs }: FaultForm,
    { scope, isOn }: { readonly scope: string | null; readonly isOn: boolean },
  ): void {
    this.scope = scope ?? ALL;
    if (isOn) void this.mendNode(kind, target);
    else if (fieldsOf(kind).length > 0) this.form = { kind, target, forMs };
    else void this.breakNode(kind, target, {}, forMs);
  }

  async restore(target: NodeTarget, scope: string | null): Promise<void> {
    this.scope = scope ?? ALL;
    await this.restoreNode(target);
  }

  async restoreNode(target: NodeTarget): Promise<void> {
    await this.#each((cluster) => {
      const node = nodeOf(cluster, target);
      return node === null ? null : this.#act(cluster, { do: 'restore', node });
    });
  }

  #begin(cluster: LiveCluster, fault: FaultSpec, forMs: number | null): Promise<void> {
    return this.#act(cluster, { do: 'fault', fault, ...(forMs === null ? {} : { forMs }) });
  }

  #act(cluster: LiveCluster, action: Action): Promise<void> {
    // What the lab refuses stands in the ledger; of several clusters only those are asked that fit.
    const isMeant = this.targets.length === 1 || fits(cluster, action);
    return isMeant ? this.#ports.act([cluster], action) : Promise.resolve();
  }

  async #each(job: (cluster: LiveCluster) => Promise<void> | null): Promise<void> {
    const jobs = this.targets.map(job);
    if (jobs.every((one) => one === null)) this.#ports.inform('There is no such node now.');
    await Promise.all(jobs);
  }
}

function nodeOf(cluster: LiveCluster, target: NodeTarget): NodeId | null {
  if (target === 'leader') return currentLeader(cluster.view)?.id ?? null;
  return cluster.info.nodeIds.includes(target) || cluster.view.nodes[target] !== undefined
    ? target
    : null;
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
