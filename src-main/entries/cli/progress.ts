/** Progress on standard error: one moving line on a terminal, else a line for each step. */
import type { ProtocolName } from '../../vocabulary/ids.ts';
import type { ScenarioProgress } from '../../lab/ports.ts';

const BAR_CHARACTERS = 24;
const CLEAR_LINE = '\r\x1b[2K';

export class ProgressLine {
  readonly #latest = new Map<ProtocolName, ScenarioProgress>();
  readonly #isTerminal = process.stderr.isTTY;

  readonly report = (progress: ScenarioProgress): void => {
    const before = this.#latest.get(progress.protocol);
    this.#latest.set(progress.protocol, progress);
    if (this.#isTerminal) this.#draw();
    else if (before?.text !== progress.text || before.runId !== progress.runId) {
      process.stderr.write(`${progress.protocol} (run ${progress.runId}): ${progress.text}\n`);
    }
  };

  /** Takes the moving line away. */
  end(): void {
    if (this.#isTerminal) process.stderr.write(CLEAR_LINE);
    this.#latest.clear();
  }

  #draw(): void {
    const all = [...this.#latest.values()];
    const done = Math.min(...all.map((progress) => progress.done));
    const filled = Math.round(done * BAR_CHARACTERS);
    const bar = '#'.repeat(filled).padEnd(BAR_CHARACTERS, '.');
    const last = all.at(-1);
    const names = all.map((progress) => progress.protocol).join(', ');
    const text = `[${bar}] ${Math.round(done * 100)} %  ${names}: ${last?.text ?? ''}`;
    process.stderr.write(CLEAR_LINE + text.slice(0, (process.stderr.columns || 80) - 1));
  }
}
