/** Commands of the operator: what is asked of whom, and how long one goes on asking. */
import { describe, expect, test } from 'vitest';
import { adminProgram, type AdminCluster } from '../../../src-main/lab/admin-program.ts';
import type { Configuration } from '../../../src-main/lab/membership.ts';
import type { Answer } from '../../../src-main/runtime/driver/ports.ts';
import { refuse, type RefusalCode } from '../../../src-main/vocabulary/refusal.ts';
import type { AdminSpec } from '../../../src-main/vocabulary/admin.ts';

const OK: Answer = { ok: true, result: null, pos: 9 };
const no = (code: RefusalCode): Answer => ({ ok: false, refusal: refuse(code, `it is ${code}`) });

/** A cluster in words: what it is asked, it answers from a list; time passes while it waits. */
class WrittenCluster implements AdminCluster {
  config_: Configuration = { voters: ['n1', 'n2', 'n3'], votersOld: null, learners: [] };
  leads: string | null = 'n1';
  owed = false;
  readonly log: string[] = [];
  readonly present = new Set(['n1', 'n2', 'n3']);
  readonly running = new Set(['n1', 'n2', 'n3']);
  #us = 0;

  nowUs = (): number => this.#us;
  leader = (): string | null => this.leads;
  config = (): Configuration => this.config_;
  presentIds = (): string[] => [...this.present];
  memberIds = (): string[] => [...this.config_.voters, ...this.config_.learners];
  standingOf = (node: string) => (this.present.has(node) ? ('voter' as const) : 'removed');
  member = (nodeId: string) => ({ nodeId, storageId: `disk-${nodeId}` });
  isRunning = (node: string): boolean => this.running.has(node);
  isReady = (node: string): boolean => this.running.has(node);
  expect = (node: string): void => void this.present.add(node);
  startNode = (node: string): void => {
    this.log.push(`start ${node}`);
    this.running.add(node);
  };
  admit = (nodes: readonly string[]): void => void this.log.push(`admit ${nodes.join(' ')}`);
  retire = (node: string): void => void this.log.push(`retire ${node}`);
  wipe = (node: string): void => {
    this.log.push(`wipe ${node}`);
    this.running.delete(node);
  };
  isOwedAnything = (): boolean => this.owed;

  /** Runs a command; `answers` in order, the last one again and again; null: no answer. */
  run(spec: AdminSpec, ...answers: (Answer | null)[]): string {
    const program = adminProgram(spec, this);
    let next = program.next(null);
    while (next.done !== true) {
      let answer: Answer | null = null;
      if (next.value.is === 'pause') this.#us += 25_000;
      else {
        const what = next.value.is === 'ask' ? next.value.op.op : 'stop';
        this.log.push(`${what} -> ${next.value.node}`);
        this.#us += 1_000;
        if (next.value.is === 'ask') {
          answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? null;
        }
      }
      next = program.next(answer);
    }
    return next.value;
  }
}

describe('a command', () => {
  test('adds a node: started first, then asked for, then admitted', () => {
    const cluster = new WrittenCluster();
    expect(cluster.run({ do: 'add', node: 'n4', as: 'learner' }, OK)).toBe('n4 is a learner');
    expect(cluster.log).toEqual(['start n4', 'add -> n1', 'admit n4']);
  });

  test('is asked again while the reason of its refusal passes', () => {
    const cluster = new WrittenCluster();
    const passing = [no('config-in-progress'), no('not-leader'), no('not-caught-up'), OK];
    expect(cluster.run({ do: 'promote', node: 'n4' }, ...passing)).toBe('n4 is a voter');
    expect(cluster.log).toHaveLength(4);
  });

  test('is refused for good by a reason that does not pass', () => {
    const cluster = new WrittenCluster();
    const promote = { do: 'promote', node: 'n9' } as const;
    expect(() => cluster.run(promote, no('bad-request'))).toThrow('bad-request: it is bad-request');
    expect(cluster.log).toEqual(['promote -> n1']);
  });

  test('gives up in the end, with the last reason', () => {
    const cluster = new WrittenCluster();
    const remove = { do: 'remove', node: 'n2' } as const;
    expect(() => cluster.run(remove, no('config-in-progress'))).toThrow(
      'not within 15 s: config-in-progress',
    );
    cluster.leads = null;
    expect(() => cluster.run(remove, OK)).toThrow('not within 15 s: there was no leader');
  });

  test('whose answer was lost is done when the configuration says so', () => {
    const cluster = new WrittenCluster();
    cluster.config_ = { voters: ['n1', 'n3'], votersOld: null, learners: [] };
    expect(cluster.run({ do: 'remove', node: 'n2' }, null)).toMatch(/no member any more/);
    expect(cluster.log).toEqual(['remove -> n1', 'retire n2', 'stop -> n2']);
  });

  test('whose answer was lost is not refused by who says that it is done already', () => {
    const cluster = new WrittenCluster();
    const remove = { do: 'remove', node: 'n2' } as const;
    let asked = 0;
    cluster.config = () => {
      asked += 1;
      return { ...cluster.config_, voters: asked < 5 ? ['n1', 'n2', 'n3'] : ['n1', 'n3'] };
    };
    expect(cluster.run(remove, no('leadership-lost'), no('bad-request'))).toMatch(/no member any/);
    asked = -1_000_000;
    expect(() => cluster.run(remove, null, no('bad-request'))).toThrow('bad-request');
    expect(cluster.nowUs()).toBeLessThan(4_000_000);
  });

  test('leaves a removed node running while others still need it', () => {
    const cluster = new WrittenCluster();
    cluster.owed = true;
    expect(cluster.run({ do: 'remove', node: 'n2' }, OK)).toMatch(/was left running/);
    expect(cluster.log).toEqual(['remove -> n1']);
  });

  test('replaces a node: out, an empty disk, in as a learner, promoted', () => {
    const cluster = new WrittenCluster();
    expect(cluster.run({ do: 'replace', node: 'n3' }, OK)).toBe('n3 is a voter on a fresh disk');
    expect(cluster.log).toEqual([
      'remove -> n1',
      'retire n3',
      'stop -> n3',
      'wipe n3',
      'start n3',
      'add -> n1',
      'admit n3',
      'promote -> n1',
    ]);
  });

  test('to hand over to who leads already asks nobody', () => {
    const cluster = new WrittenCluster();
    expect(cluster.run({ do: 'transfer', to: 'n1' })).toBe('n1 leads already');
    expect(cluster.log).toEqual([]);
  });
});
