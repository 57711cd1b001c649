/** All connected windows of one lab: what the lab tells goes to each of them. */
import type { PushEvents, PushName } from '../contract/calls.ts';
import { answerCall, type Answer } from './handlers.ts';
import type { ApiHost } from './ports.ts';
import { Session, type PushChannel } from './session.ts';

/** One connection, as its transport uses it. */
export interface Connection {
  call(name: unknown, input: unknown): Promise<Answer>;
  close(): void;
}

export class ApiHub {
  readonly #host: ApiHost;
  readonly #sessions = new Set<Session>();
  readonly #unsubscribe: () => void;

  constructor(host: ApiHost) {
    this.#host = host;
    this.#unsubscribe = host.lab.subscribe({
      clusterEvents: (cluster, events) => {
        for (const session of this.#sessions) session.addEvents(cluster, events);
      },
      clustersChanged: (clusters) => this.publish('clusters-changed', { clusters }),
      runChanged: (run) => this.publish('run-changed', { run }),
      manualChanged: (state) => this.publish('manual-changed', { state }),
      notice: (level, text) => this.publish('notice', { level, text }),
    });
  }

  get connectionCount(): number {
    return this.#sessions.size;
  }

  connect(channel: PushChannel): Connection {
    const session = new Session(channel);
    this.#sessions.add(session);
    return {
      call: (name, input) => answerCall(this.#host, this.publish, name, input),
      close: () => {
        session.close();
        this.#sessions.delete(session);
      },
    };
  }

  /** Tells every window. */
  readonly publish = <N extends PushName>(name: N, payload: PushEvents[N]): void => {
    const key = replacementKey(name, payload);
    for (const session of this.#sessions) session.add(name, payload, key);
  };

  close(): void {
    this.#unsubscribe();
    for (const session of this.#sessions) session.close();
    this.#sessions.clear();
  }
}

/** Of the state of one thing only the newest counts; null: every one has to arrive. */
function replacementKey(name: PushName, payload: PushEvents[PushName]): string | null {
  if (name === 'clusters-changed') return 'all';
  if (name === 'manual-changed' && 'state' in payload) return payload.state.cluster;
  return name === 'run-changed' && 'run' in payload ? String(payload.run.id) : null;
}
