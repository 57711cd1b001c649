/** Manual mode on the screen: the inboxes of the clusters that are in it, and the hands on them. */
import type { ManualAct, ManualItemView, ManualState } from '../../src-main/contract/manual.ts';
import type { NodeId } from '../../src-main/contract/words.ts';
import type { LabClient } from '../connection/client.ts';
import type { LabModel } from './lab.svelte.ts';
import type { LiveCluster } from './live-cluster.svelte.ts';
import type { Notices } from './notices.svelte.ts';

export type ConditionKind = 'leader' | 'committed' | 'applied' | 'idle';

/** What an item is known by among all inboxes of a cluster. */
export function itemKey(item: { readonly node: NodeId; readonly id: number }): string {
  return `${item.node} ${item.id}`;
}

export class ManualModel {
  /** Of each cluster that is in the mode, by its id. */
  states = $state.raw<Readonly<Record<string, ManualState>>>({});
  /** The cluster whose inboxes are on the screen. */
  shownId = $state<string | null>(null);
  /** Of the inbox table: one node, or all. */
  node = $state<NodeId | null>(null);
  /** The item that keys act on; null: the one that is next. */
  picked = $state<string | null>(null);
  condition = $state<ConditionKind>('leader');
  atLeast = $state(5);
  onNode = $state<NodeId>('n1');
  stepsMax = $state(1_000);
  switching = $state(false);
  readonly #client: LabClient;
  readonly #notices: Notices;
  readonly #lab: LabModel;

  constructor(client: LabClient, notices: Notices, lab: LabModel) {
    this.#client = client;
    this.#notices = notices;
    this.#lab = lab;
    client.on('manual-changed', ({ state }) => this.#take(state));
    client.on('clusters-changed', ({ clusters }) => {
      this.#keepOnly(clusters.map(({ id }) => id));
    });
  }

  get isOn(): boolean {
    return Object.keys(this.states).length > 0;
  }

  stateOf(cluster: string): ManualState | null {
    return this.states[cluster] ?? null;
  }

  /** The cluster on the screen: the one that was chosen, else the first that is in the mode. */
  get shown(): LiveCluster | null {
    const chosen = this.#lab.clusters.find(({ info }) => info.id === this.shownId);
    const first = this.#lab.clusters.find(({ info }) => this.states[info.id] !== undefined);
    return chosen ?? first ?? null;
  }

  get state(): ManualState | null {
    const { shown } = this;
    return shown === null ? null : this.stateOf(shown.info.id);
  }

  /** Items of the nodes that are looked at, oldest first. */
  get items(): readonly ManualItemView[] {
    const items = this.state?.items ?? [];
    return this.node === null ? items : items.filter(({ node }) => node === this.node);
  }

  /** The picked item, else what a step would deliver. */
  get current(): ManualItemView | null {
    const { items, state } = this;
    const picked = items.find((item) => itemKey(item) === this.picked);
    if (picked !== undefined) return picked;
    const next = state?.next ?? null;
    return items.find(({ node, id }) => node === next?.node && id === next.item) ?? null;
  }

  /** A connection is there (again): what each cluster's inboxes hold now is asked for. */
  async resume(clusters: readonly string[]): Promise<void> {
    this.#keepOnly(clusters);
    await Promise.all(
      clusters.map((cluster) =>
        this.#try(async () => {
          this.#take(await this.#client.call('manual.inbox', { cluster }));
        }),
      ),
    );
  }

  /** Ends the mode wherever it is on; else begins it, on all clusters or on the one in hand. */
  async toggle(): Promise<void> {
    if (this.isOn) return this.switchTo(Object.keys(this.states), false);
    const { clusters, everywhere, selected } = this.#lab;
    const inHand = selected?.cluster ?? clusters[0];
    const targets = everywhere ? clusters : clusters.filter((cluster) => cluster === inHand);
    await this.switchTo(
      targets.map(({ info }) => info.id),
      true,
    );
  }

  async switchTo(clusters: readonly string[], on: boolean): Promise<void> {
    if (this.switching || clusters.length === 0) return;
    this.switching = true;
    await this.#try(async () => {
      const call = { clusters: [...clusters], on };
      const { states } = await this.#client.call('clusters.manual', call);
      for (const state of states) this.#take(state);
    });
    this.switching = false;
  }

  async act(act: ManualAct): Promise<void> {
    const { shown } = this;
    if (shown === null || this.state === null) return;
    await this.#try(async () => {
      await this.#client.call('manual.act', { cluster: shown.info.id, act });
    });
  }

  /** Delivers, drops or duplicates; the row below is the current one afterwards. */
  async handle(what: 'deliver' | 'drop' | 'duplicate', item: ManualItemView): Promise<void> {
    if (item.kind === 'link') return;
    if (what !== 'duplicate' && itemKey(item) === this.picked) this.#pickBelow(item);
    await this.act({ do: what, node: item.node, item: item.id });
  }

  #pickBelow(item: ManualItemView): void {
    const { items } = this;
    const below = items[items.indexOf(item) + 1];
    this.picked = below === undefined ? null : itemKey(below);
  }

  /** Moves among the rows. */
  pick(by: 1 | -1): void {
    const { items, current } = this;
    if (items.length === 0) return;
    const at = current === null ? -1 : items.indexOf(current);
    const item = items[Math.min(items.length - 1, Math.max(0, at + by))];
    this.picked = item === undefined ? null : itemKey(item);
  }

  /** Begins a run to the chosen condition, or ends the one that goes on. */
  async runOrHalt(): Promise<void> {
    if (this.state?.run?.met === null) return this.act({ do: 'halt' });
    await this.act({ do: 'run', until: this.#until(), steps: this.stepsMax });
  }

  #until(): Extract<ManualAct, { do: 'run' }>['until'] {
    const { condition, atLeast, onNode } = this;
    if (condition === 'committed') return { is: 'committed', atLeast };
    if (condition === 'applied') return { is: 'applied', node: onNode, atLeast };
    return { is: condition };
  }

  #take(state: ManualState): void {
    const { [state.cluster]: _, ...others } = this.states;
    this.states = state.on ? { ...others, [state.cluster]: state } : others;
  }

  #keepOnly(clusters: readonly string[]): void {
    const kept = Object.entries(this.states).filter(([id]) => clusters.includes(id));
    if (kept.length !== Object.keys(this.states).length) this.states = Object.fromEntries(kept);
  }

  async #try(job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      this.#notices.addError(error);
    }
  }
}
