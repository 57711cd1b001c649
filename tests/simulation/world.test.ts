/** What the simulated disks, links and clocks do is what protocols.md 0.3 and 0.6 say. */
import { describe, expect, test } from 'vitest';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import type { PersistOp } from '../../src-main/protocols/kernel/durable.ts';
import type { Entry } from '../../src-main/protocols/kernel/entry.ts';
import { runScript } from '../../src-main/runtime/simulator/script/run-script.ts';
import { SimDisk } from '../../src-main/runtime/simulator/world/disk.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../src-main/vocabulary/ids.ts';

function entry(pos: number): Entry {
  return { pos, type: 'noop', time: 0, client: null, payload: null };
}

const put = (...positions: number[]): PersistOp => ({ op: 'put', entries: positions.map(entry) });
const hard = (term: number): PersistOp => ({ op: 'hard', record: { term } });

function diskWith(...barriers: (readonly PersistOp[])[]): SimDisk {
  const disk = new SimDisk('disk');
  barriers.forEach((ops, i) => disk.write(i + 1, ops));
  return disk;
}

function contents(disk: SimDisk): [term: unknown, positions: number[]] {
  const { hard: record, log } = disk.durable();
  return [record['term'], log.map(({ pos }) => pos)];
}

describe('a power cut', () => {
  test('leaves everything up to the last completed barrier, and nothing else unless kept', () => {
    const disk = diskWith([hard(1), put(1, 2)], [put(3)], [hard(2)]);
    disk.complete(1);
    disk.crash(0, 0);
    expect(contents(disk)).toEqual([1, [1, 2]]);
  });

  test('may keep a part of the unsynced writes, the record and the log each for itself', () => {
    const keepLog = diskWith([put(1)], [hard(2)], [put(2, 3)]);
    keepLog.crash(0, 2);
    expect(contents(keepLog)).toEqual([undefined, [1, 2]]);
    const keepRecord = diskWith([put(1)], [hard(2)], [put(2, 3)]);
    keepRecord.crash(1, 0);
    expect(contents(keepRecord)).toEqual([2, []]);
  });

  test('tears the writes of one barrier from its end: never the second without the first', () => {
    const disk = diskWith([put(1, 2), hard(2)], [put(3)]);
    disk.crash(1, 1);
    expect(contents(disk)).toEqual([undefined, [1]]);
    const other = diskWith([hard(2), put(1)], [put(2)]);
    other.crash(0, 2);
    expect(contents(other)).toEqual([undefined, []]);
  });

  test('never leaves a hole: what stands behind a lost write of the log is gone', () => {
    for (let keep = 0; keep <= 4; keep += 1) {
      const disk = diskWith([put(1)], [{ op: 'truncate', from: 1 }, put(1, 2)], [hard(3)]);
      disk.crash(1, keep);
      const [, positions] = contents(disk);
      expect(positions).toEqual([1, 2].slice(0, positions.length));
    }
  });
});

function failures(protocol: ProtocolName, ...lines: string[]): readonly string[] {
  const text = ['cluster nodes=3', 'lead n3', 'open c1 n3', 'flush', ...lines].join('\n');
  return runScript(text, { protocol: protocolDefinition(protocol), mutants: [] }).failures;
}

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  test('a killed node keeps what it wrote, one that lost power what was synced', () => {
    // Raft begins a term with an entry of its own.
    const synced = protocol === 'raft' ? 2 : 1;
    const write = ['disk n1 held', 'submit c1 n3 put x 1', 'flush'];
    const killed = [...write, 'kill n1', 'boot n1 disk=instant', `expect length n1 ${synced + 1}`];
    expect(failures(protocol, ...killed)).toEqual([]);
    const dark = [...write, 'power-cut n1', 'boot n1 disk=instant', `expect length n1 ${synced}`];
    expect(failures(protocol, ...dark)).toEqual([]);
  });

  test('a voter that comes back empty under its old name is a violation (X3), and seen', () => {
    const lines = ['partition n1 n2,n3', 'submit c1 n3 put x 1', 'flush', 'kill n2'];
    const outcome = failures(protocol, ...lines, 'boot n2 disk=amnesia', 'expect violates X3');
    expect(outcome).toEqual([]);
  });

  test('a disk that fails or is full ends its node, and no invariant breaks', () => {
    for (const mode of ['failing', 'full']) {
      const lines = [`disk n1 ${mode}`, 'submit c1 n3 put x 1', 'flush', 'expect down n1'];
      const back = ['boot n1 disk=instant', 'settle', 'expect value all x 1', 'expect holds'];
      expect(failures(protocol, ...lines, ...back)).toEqual([]);
    }
  });

  test('a paused node hears of the lost time before it hears of anything else', () => {
    const text = ['cluster nodes=3', 'lead n3', 'pause n1', 'tick all 60', 'deliver', 'resume n1'];
    const options = { protocol: protocolDefinition(protocol), mutants: [] };
    const { transcript } = runScript(text.join('\n'), options);
    const resumed = transcript.slice(transcript.indexOf('> resume n1') + 1);
    const inputs = resumed.filter((line) => line.startsWith('  n1 '));
    expect(inputs.filter((line) => line.includes('<-')).length).toBeGreaterThan(0);
    const tick = inputs.findIndex((line) => line.includes('tick elapsed=60'));
    expect(tick).toBe(0);
  });

  test('a one-way cut stops one way only', () => {
    const lines = ['cut n3 n1', 'submit c1 n3 put x 1', 'run 4', 'expect value n1 x none'];
    expect(failures(protocol, ...lines, 'settle', 'expect value all x 1')).toEqual([]);
  });
});
