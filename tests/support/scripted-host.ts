/**
 * A second implementation of the API's ports, for tests of what stands above them: it holds no
 * cluster, answers from fields that a test sets, and lets the test speak for the lab.
 */
import type { ApiHost, RunStore } from '../../src-main/api/ports.ts';
import { LabError } from '../../src-main/contract/errors.ts';
import type { ManualState } from '../../src-main/contract/manual.ts';
import type { Lab, LabEvents } from '../../src-main/lab/ports.ts';
import { parseScenario } from '../../src-main/lab/scenario-file.ts';

const SCENARIO = 'version: 1\nname: demo\ncluster: { nodes: 3 }\ndurationMs: 1s\n';

export class ScriptedHost implements ApiHost {
  readonly version = '0.0.0-test';
  readonly dataDir = '/nowhere';
  readonly database = '/nowhere/lab.db';
  readonly listeners = new Set<Partial<LabEvents>>();
  readonly deleted: number[] = [];
  readonly lab: Lab;
  readonly runs: RunStore;

  constructor() {
    this.lab = scriptedLab(this.listeners);
    this.runs = scriptedRuns(this.deleted);
  }

  scenarios(): ReturnType<ApiHost['scenarios']> {
    return [parseScenario(SCENARIO, 'demo.yaml')];
  }

  notices(): readonly string[] {
    return [];
  }

  /** Speaks for the lab to everybody who listens. */
  tell<K extends keyof LabEvents>(name: K, ...args: Parameters<LabEvents[K]>): void {
    for (const listener of this.listeners) {
      const handler = listener[name] as ((...args: Parameters<LabEvents[K]>) => void) | undefined;
      handler?.(...args);
    }
  }
}

function scriptedLab(listeners: Set<Partial<LabEvents>>): Lab {
  return {
    clusters: () => [],
    pauseMode: () => 'signal',
    startClusters: () => Promise.reject(new Error('a bug of ours')),
    stopClusters: (ids = []) => Promise.resolve(ids.map((_id, at) => at + 1)),
    catchUp: (id) => {
      throw new LabError('unknown-cluster', `no live cluster ${id}`, 'there is none');
    },
    act: (ids) => Promise.resolve(ids.map((cluster) => ({ cluster, ok: true, message: '' }))),
    administer: (ids) => {
      return Promise.resolve(ids.map((cluster) => ({ cluster, ok: true, message: 'done' })));
    },
    manual: (cluster) => ({
      set: () => Promise.resolve(),
      act: () => Promise.resolve(),
      state: () => noManual(cluster),
    }),
    undo: () => Promise.resolve({ ok: true, message: '' }),
    setWorkload: () => undefined,
    runScenario: () => Promise.reject(new LabError('not-possible-now', 'the lab is closing')),
    subscribe: (events) => {
      listeners.add(events);
      return () => listeners.delete(events);
    },
    close: () => Promise.resolve(),
  };
}

function noManual(cluster: string): ManualState {
  const none = { nodes: [], items: [], waiting: 0, overflowed: 0, steps: 0, last: '' };
  return { cluster, on: false, tickMs: 1, ...none, next: null, run: null, asks: [] };
}

function scriptedRuns(deleted: number[]): RunStore {
  const unknown = (run: number): never => {
    throw new LabError('unknown-run', `no run has the number ${run}`);
  };
  return {
    list: () => ({ runs: [], total: 0 }),
    get: unknown,
    delete: (runs) => Promise.resolve(void deleted.push(...runs)),
    events: ({ run }) => unknown(run),
    moment: unknown,
    compare: () => ({ runs: [] }),
    verify: unknown,
    report: ([first = 0]) => unknown(first),
  };
}
