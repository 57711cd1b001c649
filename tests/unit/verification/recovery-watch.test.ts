import { beforeEach, describe, expect, test } from 'vitest';
import { FaultLedger } from '../../../src-main/lab/fault-ledger.ts';
import type { Standing } from '../../../src-main/lab/membership.ts';
import { RecoveryWatch } from '../../../src-main/lab/recovery-watch.ts';
import type { FaultSpec } from '../../../src-main/vocabulary/fault.ts';
import { operation } from './facts.ts';

const SECOND = 1_000_000;

let ledger = new FaultLedger(() => undefined);
let nowUs = 0;

beforeEach(() => {
  ledger = new FaultLedger(() => undefined);
  nowUs = 0;
});

function watch(voterIds = ['n1', 'n2', 'n3'], wiped: string[] = []): RecoveryWatch {
  const membership = {
    standingOf: (node: string) => (wiped.includes(node) ? 'outside' : 'voter') as Standing,
  };
  return new RecoveryWatch({ voterIds, membership, ledger, nowUs: () => nowUs }, 1_000);
}

function breakAt(us: number, to: RecoveryWatch, spec: FaultSpec): void {
  nowUs = us;
  ledger.begin(spec, null, 'scenario', us);
  to.noteFault(`${spec.kind} at ${us / SECOND} s`);
}

describe('the expectation recoversWithinMs', () => {
  test('convicts what was late before the majority was lost', () => {
    const watched = watch();
    breakAt(0, watched, { kind: 'kill', node: 'n1' });
    breakAt(5 * SECOND, watched, { kind: 'kill', node: 'n2' });
    watched.finish();
    expect(watched.violations.map(({ message }) => message)).toEqual([
      'after "kill at 0 s" no operation succeeded for 5000 ms (limit 1000 ms)',
    ]);
  });

  test('pardons what lost its majority before the time was up', () => {
    const watched = watch();
    breakAt(0, watched, { kind: 'kill', node: 'n1' });
    breakAt(SECOND / 2, watched, { kind: 'kill', node: 'n2' });
    nowUs = 9 * SECOND;
    watched.finish();
    expect(watched.violations).toEqual([]);
  });

  test('does not count a voter that lost its disk', () => {
    const watched = watch(['n1', 'n2', 'n3'], ['n2']);
    breakAt(0, watched, { kind: 'kill', node: 'n3' });
    nowUs = 9 * SECOND;
    watched.finish();
    expect(watched.violations).toEqual([]);
  });

  test('asks for a recovery while three of five reach each other, whoever else is cut', () => {
    const watched = watch(['n1', 'n2', 'n3', 'n4', 'n5']);
    const links = [
      { from: 'n2', to: 'n3' },
      { from: 'n4', to: 'n5' },
    ];
    breakAt(0, watched, { kind: 'cut', links });
    nowUs = 2 * SECOND;
    watched.finish();
    expect(watched.violations).toHaveLength(1);
  });

  test('counts only operations asked after the fault', () => {
    const watched = watch();
    breakAt(SECOND, watched, { kind: 'pause', node: 'n1' });
    watched.noteOperation(operation(1, 1.1 * SECOND, { invokeUs: 0.9 * SECOND }));
    watched.noteOperation(operation(2, 3 * SECOND, { invokeUs: 1.2 * SECOND, outcome: 'failed' }));
    watched.noteOperation(operation(3, 2.5 * SECOND, { invokeUs: 1.2 * SECOND }));
    watched.finish();
    expect(watched.violations.map(({ message }) => message)).toEqual([
      'after "pause at 1 s" no operation succeeded for 1500 ms (limit 1000 ms)',
    ]);
  });
});
