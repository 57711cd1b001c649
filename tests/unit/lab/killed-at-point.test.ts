/** A node comes to a crash point some time after it was armed, and its supervisor hears of it later
 *  still: whatever happens between, it is started once, and by who should. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { SignalOrder } from '../../../src-main/faults/fault-kind.ts';
import { FaultDesk } from '../../../src-main/lab/fault-desk.ts';
import type { FaultHost } from '../../../src-main/lab/fault-host.ts';

const CRASH_AT = { kind: 'crash-at', node: 'n1', point: 'after-persist', nth: 1 } as const;

class WrittenHost implements FaultHost {
  readonly protocol = 'raft';
  readonly nodeIds = ['n1'];
  isUp = true;
  starts = 0;

  nowUs = (): number => 0;
  isRunning = (): boolean => this.isUp;
  isPaused = (): boolean => false;
  whyNotStarted = (): null => null;
  whyNotWiped = (): null => null;
  signal = ({ signal }: SignalOrder): void => {
    if (signal === 'start') this.start();
  };
  rulesChanged = (): void => undefined;
  record = (): void => undefined;
  start = (): void => {
    this.isUp = true;
    this.starts += 1;
  };
}

let host = new WrittenHost();
let desk = new FaultDesk(host);
beforeEach(() => {
  host = new WrittenHost();
  desk = new FaultDesk(host);
});

function die(fault: number): void {
  host.isUp = false;
  desk.noteKilledAtPoint('n1', fault);
}

describe('a node that is killed at a point', () => {
  test('stays down until its fault is undone, and arms no later life', () => {
    const { id } = desk.begin(CRASH_AT, 'hand', null);
    expect(desk.ledger.nodeRules('n1').crashAt).toHaveLength(1);
    die(id);
    expect([host.starts, desk.ledger.nodeRules('n1').crashAt]).toEqual([0, []]);
    desk.undo(id, 'undone');
    expect(host.starts).toBe(1);
  });

  test('is started at once when its fault was over before the lab heard of the death', () => {
    const { id } = desk.begin(CRASH_AT, 'hand', null);
    desk.undo(id, 'undone');
    expect(host.starts).toBe(0);
    die(id);
    expect(host.starts).toBe(1);
  });

  test('is not started then while another fault keeps it down', () => {
    const { id } = desk.begin(CRASH_AT, 'hand', null);
    const kill = desk.begin({ kind: 'kill', node: 'n1' }, 'hand', null);
    desk.undo(id, 'undone');
    die(id);
    expect(host.starts).toBe(0);
    desk.undo(kill.id, 'undone');
    expect(host.starts).toBe(1);
  });

  test('is told of once, to who judges the recovery', () => {
    const told: string[] = [];
    desk.onKilledAtPoint(({ label }) => told.push(label));
    const { id } = desk.begin(CRASH_AT, 'hand', null);
    die(id);
    expect(told).toEqual(['kill n1 at after-persist']);
  });
});
