/** Starts the real `qlab` as a person would, in a directory of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/browsers.ts';

export interface Finished {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** When this text has appeared on standard output or error. */
  appeared(text: string): Promise<void>;
  stdout(): string;
}

const PREFLIGHT = join(ROOT, 'src-main', 'entries', 'preflight.mjs');

export class Workplace {
  readonly directory = mkdtempSync(join(tmpdir(), 'qlab-cli-'));
  readonly #running = new Set<ChildProcess>();

  start(...args: string[]): Running {
    return this.startEntry('src-main/entries/cli/main.ts', args);
  }

  /** Starts another entry of the project, as its npm script does. */
  startEntry(entry: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    const home = { QLAB_HOME: join(this.directory, 'home'), NO_COLOR: '1' };
    const child = spawn(process.execPath, [PREFLIGHT, entry, ...args], {
      cwd: this.directory,
      env: { ...process.env, ...home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    const output = { stdout: '', stderr: '' };
    const watchers = new Set<() => void>();
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        output[name] += chunk.toString();
        for (const watch of watchers) watch();
      });
    }
    const finished = new Promise<Finished>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode, signal) => {
        this.#running.delete(child);
        resolve({ exitCode, signal, ...output });
      });
    });
    const appeared = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          if ((output.stdout + output.stderr).includes(text)) resolve();
        };
        watchers.add(watch);
        watch();
        void finished.then(() => reject(new Error(`"${text}" never came:\n${output.stderr}`)));
      });
    return { child, finished, appeared, stdout: () => output.stdout };
  }

  run(...args: string[]): Promise<Finished> {
    return this.start(...args).finished;
  }

  write(name: string, content: string | Buffer): string {
    const file = join(this.directory, name);
    writeFileSync(file, content);
    return file;
  }

  read(name: string): Buffer {
    return readFileSync(join(this.directory, name));
  }

  close(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A run of about two seconds with one fault. */
export const SHORT_SCENARIO = `version: 1
name: short
title: Short
cluster: { nodes: 3 }
seed: 4
workload: { clients: 2, ratePerSecond: 60, keys: 5 }
durationMs: 1800ms
steps:
  - { at: 500ms, do: kill, node: leader }
  - { at: 1200ms, do: start, node: killed }
expect:
  - invariants
`;
