/** Reads that any node can answer: asked of the nearest, then of others, for a while. */
import { beforeEach, expect, test } from 'vitest';
import { NearReads } from '../../../src-main/lab/near-reads.ts';

const ASK = { op: 'read', key: 'k', payload: { op: 'get', key: 'k' }, level: 'local' } as const;

let nowUs: number;
let asked: string[];
let ended: string[];
let reads: NearReads;

beforeEach(() => {
  nowUs = 0;
  asked = [];
  ended = [];
  reads = new NearReads({
    number: 1,
    nodeIds: ['n1', 'n2', 'n3'],
    nowUs: () => nowUs,
    attemptMs: 100,
    giveUpMs: 1_000,
    send: (node) => asked.push(node),
    finished: (_operation, { outcome, code, node }) => {
      ended.push([outcome, code, node].filter((part) => part !== null).join(' '));
    },
  });
});

function pass(ms: number): void {
  for (let done = 0; done < ms; done += 5) {
    nowUs += 5_000;
    reads.tick();
  }
}

test('the node next to the client answers', () => {
  reads.ask(ASK);
  expect(reads.handleAnswer([1, 1, 'v', 7])).toBe(true);
  expect([asked, ended, reads.outstanding]).toEqual([['n2'], ['ok n2'], 0]);
});

test('one that cannot serve is left for another, one that is full is asked again', () => {
  reads.ask(ASK);
  reads.handleAnswer([1, 0, 'busy', '', null]);
  pass(10);
  reads.handleAnswer([2, 0, 'no-leader', '', null]);
  pass(10);
  expect(asked).toEqual(['n2', 'n2', 'n3']);
});

test('one that does not answer in time, or is gone, is left for another', () => {
  reads.ask(ASK);
  pass(120);
  expect(asked).toEqual(['n2', 'n3']);
  reads.handleLost('n3');
  pass(10);
  expect(asked).toEqual(['n2', 'n3', 'n1']);
});

test('what did not leave is asked elsewhere; numbers of others are handed back', () => {
  reads.ask(ASK);
  expect(reads.handleNotSent([1, 99])).toEqual([99]);
  pass(10);
  expect(asked).toEqual(['n2', 'n3']);
  expect(reads.handleAnswer([99, 1, null, 1])).toBe(false);
});

test('a read that nobody answers has failed, and certainly changed nothing', () => {
  reads.ask(ASK);
  pass(1_100);
  expect([ended, reads.outstanding]).toEqual([['failed no-answer'], 0]);
});

test('a level that the node does not have is not asked for again', () => {
  reads.ask(ASK);
  reads.handleAnswer([1, 0, 'bad-request', '', null]);
  pass(100);
  expect([asked, ended]).toEqual([['n2'], ['failed bad-request n2']]);
});

test('nodes that join are asked, nodes that left are not', () => {
  reads.setNodes(['n2', 'n4']);
  reads.ask(ASK);
  reads.handleAnswer([1, 0, 'no-leader', '', null]);
  pass(10);
  expect(asked).toEqual(['n4', 'n2']);
});
