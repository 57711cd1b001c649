/**
 * The lab: clusters that run, what is done to them, what is told about them. One per process and
 * data directory; whoever makes one holds the lock of the directory.
 */
import type { Action } from '../contract/calls.ts';
import { LabError } from '../contract/errors.ts';
import type { ViewEvent } from '../contract/events.ts';
import type { Cluster, Run } from '../contract/model.ts';
import type { AdminSpec } from '../vocabulary/admin.ts';
import type { ProtocolName } from '../vocabulary/ids.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';
import { DEFAULT_TIMING_MS, timingFromMs } from '../vocabulary/timing.ts';
import type { Workload } from '../vocabulary/workload.ts';
import { tryAction } from './actions.ts';
import { childEntriesFromSource, type ChildEntries } from './child-entries.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import { EventWindow } from './event-window.ts';
import { allEnded, randomSeed } from './groups.ts';
import { Guardian } from './guardian.ts';
import { LiveCluster, type Judgement } from './live-cluster.ts';
import { withNemesis } from './nemesis-schedule.ts';
import { Places } from './places.ts';
import type {
  ActionResult,
  ClusterStart,
  Lab,
  LabEvents,
  ManualControl,
  Recorder,
  ScenarioRun,
  ScenarioRunOptions,
} from './ports.ts';
import { ensureReadLevel, readOptions } from './read-levels.ts';
import { planOfScenario } from './scenario-plan.ts';
import { ScenarioRunner, undoneText } from './scenario-runner.ts';

export interface LabOptions {
  readonly dataDir: string;
  readonly recorder: Recorder | null;
  readonly version: string;
  readonly entries?: ChildEntries;
}

const CLUSTERS_MAX = 4;

interface Entry {
  readonly cluster: LiveCluster;
  readonly window: EventWindow;
  runner: ScenarioRunner | null;
  /** Somebody ended it: nothing new may begin on it. */
  isEnding: boolean;
}

/** Makes a lab. The caller holds the lock of `dataDir` and closes the lab. */
export function createLab(options: LabOptions): LocalLab {
  return new LocalLab(options);
}

export class LocalLab implements Lab {
  readonly #options: LabOptions;
  readonly #places: Places;
  readonly #entriesOfChildren: ChildEntries;
  readonly #guardian: Guardian;
  readonly #clusters = new Map<string, Entry>();
  readonly #listeners = new Set<Partial<LabEvents>>();
  readonly #forgetRecorder: () => void;
  #nextCluster = 1;
  /** Places of clusters that are about to be added. */
  #reserved = 0;
  #changePlanned = false;
  #closing: Promise<void> | null = null;

  constructor(options: LabOptions) {
    this.#options = options;
    this.#places = new Places(options.dataDir);
    this.#entriesOfChildren = options.entries ?? childEntriesFromSource();
    this.#guardian = new Guardian(this.#entriesOfChildren, this.#places.socketDir);
    this.#forgetRecorder =
      options.recorder?.subscribe({
        live: (runId, events) => this.#handleLive(runId, events),
        failed: (message) => this.#handleRecorderFailed(message),
      }) ?? ((): void => undefined);
  }

  clusters(): readonly Cluster[] {
    return [...this.#clusters.values()].map(({ cluster }) => cluster.describe());
  }

  pauseMode(): 'signal' | 'cooperative' {
    return this.#entriesOfChildren.pauseMode;
  }

  subscribe(events: Partial<LabEvents>): () => void {
    this.#listeners.add(events);
    return () => this.#listeners.delete(events);
  }

  async startClusters(starts: readonly ClusterStart[]): Promise<readonly Cluster[]> {
    for (const { protocol, workload } of starts) ensureReadLevel(protocol, workload.readLevel);
    const seed = randomSeed();
    const { groupId, entries } = await this.#addGroup(starts.length, () =>
      starts.map((start) => ({
        id: this.#newId(start.protocol),
        name: `${start.protocol} by hand`,
        scenario: null,
        scenarioSource: null,
        protocol: start.protocol,
        service: 'kv',
        nodes: start.nodes,
        seed,
        timing: timingFromMs(start.timing ?? DEFAULT_TIMING_MS),
        options: readOptions(start.workload.readLevel),
        mutants: [],
        workload: start.workload,
      })),
    );
    await this.#startAll(entries, groupId);
    for (const { cluster, isEnding } of entries) if (!isEnding) cluster.workload.start();
    return entries.map(({ cluster }) => cluster.describe());
  }

  #ensureOpen(): void {
    if (this.#closing !== null) throw new LabError('not-possible-now', 'the lab is closing');
  }

  #ensureRoom(count: number): void {
    this.#ensureOpen();
    const taken = this.#clusters.size + this.#reserved;
    if (taken + count <= CLUSTERS_MAX) return;
    const text = `${taken} clusters run; at most ${CLUSTERS_MAX} can run at once`;
    throw new LabError('not-possible-now', text);
  }

  #newId(protocol: ProtocolName): string {
    const id = `${protocol}-${this.#nextCluster}`;
    this.#nextCluster += 1;
    return id;
  }

  async #beginGroup(): Promise<number> {
    this.#ensureOpen();
    const groupId = (await this.#options.recorder?.beginGroup()) ?? 0;
    // The lab may have been closed meanwhile, and its places removed.
    this.#ensureOpen();
    return groupId;
  }

  /**
   * Adds clusters that run together. Their places are taken at once, before anything is waited for:
   * two groups that come at the same time cannot both have the last ones.
   */
  async #addGroup(
    count: number,
    plans: () => readonly ClusterPlan[],
  ): Promise<{ groupId: number; entries: readonly Entry[] }> {
    this.#ensureRoom(count);
    this.#reserved += count;
    try {
      const groupId = await this.#beginGroup();
      return { groupId, entries: plans().map((plan) => this.#add(plan)) };
    } finally {
      this.#reserved -= count;
    }
  }

  #add(plan: ClusterPlan): Entry {
    const cluster = new LiveCluster(plan, {
      places: this.#places,
      entries: this.#entriesOfChildren,
      guardian: this.#guardian,
      recorder: this.#options.recorder,
      labVersion: this.#options.version,
      changed: () => this.#planChanged(),
      manualChanged: (state) => this.#tell('manualChanged', state),
      notice: (level, text) => this.#tell('notice', level, text),
    });
    const entry: Entry = {
      cluster,
      window: new EventWindow(),
      runner: null,
      isEnding: false,
    };
    this.#clusters.set(plan.id, entry);
    this.#planChanged();
    return entry;
  }

  /** All or none: when one cannot start, the others are ended too, and the error is thrown. */
  async #startAll(entries: readonly Entry[], groupId: number): Promise<void> {
    const results = await Promise.allSettled(entries.map(({ cluster }) => cluster.start(groupId)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure === undefined) return this.#ensureOpen();
    const reason: unknown = failure.reason;
    const note = 'another cluster of the group could not start';
    await Promise.all(entries.map((entry) => this.#end(entry, 'failed', note)));
    throw reason;
  }

  async stopClusters(ids?: readonly string[]): Promise<readonly number[]> {
    const entries =
      ids === undefined ? [...this.#clusters.values()] : ids.map((id) => this.#find(id));
    const runs = await Promise.all(
      entries.map((entry) => {
        const { plan, status } = entry.cluster;
        const isWhole = plan.scenario === null && status !== 'starting';
        return isWhole
          ? this.#end(entry, 'finished', null)
          : this.#end(entry, 'incomplete', 'ended by hand');
      }),
    );
    return runs.flatMap((run) => (run === null ? [] : [run.id]));
  }

  async #end(
    entry: Entry,
    status: 'finished' | 'incomplete' | 'failed',
    note: string | null,
    judgement?: Judgement,
  ): Promise<Run | null> {
    entry.isEnding = true;
    entry.runner?.abort();
    const run = await entry.cluster.stop(status, note, judgement);
    if (this.#clusters.get(entry.cluster.plan.id) === entry) {
      this.#clusters.delete(entry.cluster.plan.id);
    }
    this.#planChanged();
    if (run !== null) this.#tell('runChanged', run);
    return run;
  }

  #find(id: string): Entry {
    const entry = this.#clusters.get(id);
    if (entry !== undefined) return entry;
    const known = [...this.#clusters.keys()].join(', ') || 'none';
    throw new LabError('unknown-cluster', `no live cluster ${id}; running: ${known}`);
  }

  /** The running cluster itself, for who needs more than the `Lab` interface (process ids). */
  live(id: string): LiveCluster {
    return this.#find(id).cluster;
  }

  catchUp(id: string): { events: readonly ViewEvent[]; upToUs: number } {
    const events = this.#find(id).window.events();
    // Not the present: what happened just now may still be on its way from the journals.
    return { events, upToUs: events.at(-1)?.us ?? 0 };
  }

  act(ids: readonly string[], action: Action): Promise<readonly ActionResult[]> {
    return Promise.resolve(ids.map((id) => tryAction(this.#find(id).cluster, action)));
  }

  administer(ids: readonly string[], command: AdminSpec): Promise<readonly ActionResult[]> {
    const clusters = ids.map((id) => this.#find(id).cluster);
    return Promise.all(
      clusters.map(async (cluster) => {
        const { ok, outcome } = await cluster.administer(command, 'hand');
        return { cluster: cluster.plan.id, ok: ok === true, message: outcome ?? '' };
      }),
    );
  }

  undo(id: string, fault: number): Promise<{ ok: boolean; message: string }> {
    const done = this.#find(id).cluster.undo(fault, 'undone by hand');
    const message = done ? '' : `fault ${fault} is not on`;
    return Promise.resolve({ ok: done, message });
  }

  manual(id: string): ManualControl {
    return this.#find(id).cluster.manual;
  }

  setWorkload(ids: readonly string[], workload: Workload): void {
    const clusters = ids.map((id) => this.#find(id).cluster);
    for (const { plan } of clusters) ensureReadLevel(plan.protocol, workload.readLevel);
    for (const cluster of clusters) cluster.setWorkload(workload);
  }

  async runScenario(written: ScenarioSpec, options: ScenarioRunOptions): Promise<ScenarioRun> {
    const { protocols, seed } = options;
    const spec = withNemesis(written, seed);
    if (options.sequential) {
      const finished = this.#runInTurn(spec, options, await this.#beginGroup());
      return { clusters: [], finished };
    }
    const { groupId, entries } = await this.#addGroup(protocols.length, () =>
      protocols.map((protocol) => planOfScenario(this.#newId(protocol), spec, protocol, seed)),
    );
    await this.#startAll(entries, groupId);
    return {
      clusters: entries.map(({ cluster }) => cluster.describe()),
      finished: allEnded(entries.map((entry) => this.#follow(entry, spec, options))),
    };
  }

  async #runInTurn(
    spec: ScenarioSpec,
    options: ScenarioRunOptions,
    groupId: number,
  ): Promise<readonly Run[]> {
    const runs: Run[] = [];
    for (const protocol of options.protocols) {
      this.#ensureRoom(1);
      const plan = planOfScenario(this.#newId(protocol), spec, protocol, options.seed);
      const entry = this.#add(plan);
      await this.#startAll([entry], groupId);
      runs.push(...(await this.#follow(entry, spec, options)));
    }
    return runs;
  }

  /**
   * Runs the steps on a started cluster and ends it.
   * @returns its run; none only in a lab that records nothing.
   * @throws LabError when the record was lost: a run nobody can look at is not a good one.
   */
  async #follow(
    entry: Entry,
    spec: ScenarioSpec,
    options: ScenarioRunOptions,
  ): Promise<readonly Run[]> {
    const { cluster } = entry;
    const { protocol } = cluster.plan;
    const beganMs = performance.now();
    if (entry.isEnding) return this.#runOf(entry, await this.#end(entry, 'incomplete', null));
    const note = (text: string): void => {
      const done = Math.min(1, (performance.now() - beganMs) / spec.durationMs);
      options.onProgress?.({ runId: cluster.runId ?? 0, protocol, done, text });
    };
    entry.runner = new ScenarioRunner(cluster, spec, options.seed, note);
    const { undone, ...found } = await entry.runner.run();
    const judgement = { ...found, unknownBecause: undoneText(undone) };
    // Whoever ended it by hand has its run; `stop` gives the same one here.
    const run = await this.#end(entry, 'finished', null, judgement);
    return this.#runOf(entry, run);
  }

  #runOf({ cluster }: Entry, run: Run | null): readonly Run[] {
    if (run !== null) return [run];
    if (this.#options.recorder === null) return [];
    const text = `the run of ${cluster.plan.protocol} has ended without a record`;
    throw new LabError('recording-lost', text);
  }

  #handleLive(runId: number, events: readonly ViewEvent[]): void {
    for (const { cluster, window } of this.#clusters.values()) {
      if (cluster.runId !== runId) continue;
      window.add(events);
      this.#tell('clusterEvents', cluster.plan.id, events);
    }
  }

  #handleRecorderFailed(message: string): void {
    this.#tell('notice', 'error', message);
    for (const entry of this.#clusters.values()) {
      void this.#end(entry, 'failed', message);
    }
  }

  /** Many small changes are told once. */
  #planChanged(): void {
    if (this.#changePlanned) return;
    this.#changePlanned = true;
    setTimeout(() => {
      this.#changePlanned = false;
      this.#tell('clustersChanged', this.clusters());
    }, 20);
  }

  #tell<K extends keyof LabEvents>(name: K, ...args: Parameters<LabEvents[K]>): void {
    for (const listener of this.#listeners) {
      const handler = listener[name] as ((...args: Parameters<LabEvents[K]>) => void) | undefined;
      handler?.apply(listener, args);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all(
      [...this.#clusters.values()].map((entry) =>
        this.#end(entry, 'incomplete', 'the lab was closed'),
      ),
    );
    this.#forgetRecorder();
    this.#places.close();
    this.#guardian.close();
  }
}
