/** Progress on standard error: one moving line on a terminal, else a line for each step. */
import type { ScenarioProgress } from '../../lab/ports.ts';
import type { ProtocolName } from '../../vocabulary/ids.ts';

const BAR_CHARACTERS = 24;
const CLEAR_LINE = '\r\x1b[2K';
const REDRAW_MS = 200;

export class ProgressLine {
  readonly #durationMs: number;
  readonly #latest = new Map<ProtocolName, ScenarioProgress>();
  readonly #isTerminal = process.stderr.isTTY;
  #text = 'starting the clusters';
  #beganMs: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param durationMs of one run of the scenario. */
  constructor(durationMs: number) {
    this.#durationMs = durationMs;
    if (!this.#isTerminal) return;
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    this.#timer.unref();
  }

  readonly report = (progress: ScenarioProgress): void => {
    const before = this.#latest.get(progress.protocol);
    this.#latest.set(progress.protocol, progress);
    this.#text = `${progress.protocol}: ${progress.text}`;
    this.#beganMs = performance.now() - progress.done * this.#durationMs;
    if (this.#isTerminal) this.#draw();
    else if (before?.text !== progress.text || before.runId !== progress.runId) {
      process.stderr.write(`${progress.protocol} (run ${progress.runId}): ${progress.text}\n`);
    }
  };

  /** The clusters are up and the clients work. */
  begin(): void {
    this.#beganMs = performance.now();
    this.#text = 'running';
  }

  /** Takes the moving line away. */
  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    if (this.#isTerminal) process.stderr.write(CLEAR_LINE);
  }

  #draw(): void {
    const elapsedMs = this.#beganMs === null ? 0 : performance.now() - this.#beganMs;
    const done = Math.min(1, elapsedMs / this.#durationMs);
    drawLine(done, done === 1 ? 'checking and closing the recording' : this.#text);
  }
}

/** Progress of work that itself knows how much of it is done. */
export class ShareLine {
  readonly #what: string;
  readonly #isTerminal = process.stderr.isTTY;

  /** @param what was done to a share of it: `re-executed`. */
  constructor(what: string) {
    this.#what = what;
    if (this.#isTerminal) drawLine(0, what);
  }

  readonly report = (done: number): void => {
    if (this.#isTerminal) drawLine(done, this.#what);
    else process.stderr.write(`${this.#what}: ${Math.round(done * 100)} %\n`);
  };

  /** Takes the moving line away. */
  end(): void {
    if (this.#isTerminal) process.stderr.write(CLEAR_LINE);
  }
}

function drawLine(done: number, text: string): void {
  const bar = '#'.repeat(Math.round(done * BAR_CHARACTERS)).padEnd(BAR_CHARACTERS, '.');
  const line = `[${bar}] ${String(Math.round(done * 100)).padStart(3)} %  ${text}`;
  process.stderr.write(CLEAR_LINE + line.slice(0, (process.stderr.columns || 80) - 1));
}
