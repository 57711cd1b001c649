/** The dashboard as one object: connection, address, theme, notices and the models of its views. */
import { createContext } from 'svelte';
import { chooseChannel } from '../connection/channel.ts';
import { LabClient, type ConnectionStatus } from '../connection/client.ts';
import { Theme } from '../theme/palette.svelte.ts';
import { FocusKeeper } from './focus-keeper.ts';
import { FrameLoop } from './frame-loop.ts';
import { LabModel, type LabState } from './lab.svelte.ts';
import { ManualModel } from './manual.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { Recordings } from './recordings.svelte.ts';
import { Router } from './router.svelte.ts';

export class App {
  status = $state<ConnectionStatus>('connecting');
  /** null until the lab has answered for the first time. */
  lab = $state.raw<LabState | null>(null);
  readonly client: LabClient;
  readonly notices = new Notices();
  readonly loop: FrameLoop;
  readonly router: Router;
  readonly theme: Theme;
  readonly model: LabModel;
  readonly manual: ManualModel;
  readonly recordings: Recordings;

  constructor(page: Window) {
    this.loop = new FrameLoop(page);
    this.router = new Router(page);
    this.theme = new Theme(page);
    this.client = new LabClient({
      openChannel: chooseChannel(page),
      onStatus: (status) => this.#handleStatus(status),
    });
    this.model = new LabModel(this.client, this.notices);
    this.manual = new ManualModel(this.client, this.notices, this.model);
    this.recordings = new Recordings(this.client, this.notices);
    this.client.on('notice', ({ level, text }) => this.notices.add(level, text));
    this.loop.add((nowMs) => this.model.handleFrame(nowMs));
    const focus = new FocusKeeper(page.document);
    this.loop.add(() => focus.check());
    page.addEventListener('hashchange', () => this.notices.closePassing());
    void this.client.connect();
  }

  /** No call is under way and every running cluster has been drawn: for end-to-end specs. */
  async idle(): Promise<void> {
    while (!this.#isIdle()) {
      await new Promise<void>((done) => requestAnimationFrame(() => done()));
    }
    await new Promise<void>((done) => requestAnimationFrame(() => done()));
  }

  #isIdle(): boolean {
    return (
      this.lab !== null &&
      this.client.pending === 0 &&
      this.model.clusters.every((cluster) => cluster.caughtUp && cluster.view.us > 0)
    );
  }

  #handleStatus(status: ConnectionStatus): void {
    this.status = status;
    if (status === 'open') void this.#loadState();
  }

  async #loadState(): Promise<void> {
    try {
      const state = await this.client.call('lab.state', {});
      for (const text of state.notices) this.notices.add('warning', text);
      this.model.resume(state.clusters);
      void this.manual.resume(state.clusters.map(({ id }) => id));
      this.lab = state;
      this.recordings.reload();
    } catch (error) {
      this.notices.addError(error);
    }
  }
}

export const [getApp, setApp] = createContext<App>();
