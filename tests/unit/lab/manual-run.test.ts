import { expect, test } from 'vitest';
import { conditionText, ManualRun } from '../../../src-main/lab/manual-run.ts';

/** A cluster that commits one position per step. */
function counting(until: number, stepsMax: number, stuckAt = Infinity) {
  let committed = 0;
  let told = 0;
  const run = new ManualRun({ is: 'committed', atLeast: until }, stepsMax, {
    holds: (condition) => condition.is === 'committed' && committed >= condition.atLeast,
    step: () => {
      if (committed >= stuckAt) return Promise.resolve('nothing can move');
      committed += 1;
      return Promise.resolve(null);
    },
    changed: () => (told += 1),
  });
  return { run, committed: () => committed, told: () => told };
}

test('a run stops at the very step that makes its condition true', async () => {
  const { run, committed, told } = counting(5, 100);
  await run.play();
  expect(committed()).toBe(5);
  expect(run.view).toMatchObject({ met: true, steps: 5, text: 'holds after 5 steps' });
  expect(told()).toBeGreaterThan(4);
});

test('a run whose condition holds already takes no step', async () => {
  const { run, committed } = counting(0, 100);
  await run.play();
  expect(committed()).toBe(0);
  expect(run.view.met).toBe(true);
});

test('a run gives up after its steps and says that the condition was not met', async () => {
  const { run, committed } = counting(50, 7);
  await run.play();
  expect(committed()).toBe(7);
  expect(run.view).toMatchObject({ met: false, text: 'not within 7 steps' });
  expect(run.view.until).toBe('committed >= 50');
});

test('a run ends when nothing can move, or when it is halted, and says so', async () => {
  const stuck = counting(50, 100, 3);
  await stuck.run.play();
  expect(stuck.run.view).toMatchObject({ met: false, steps: 3, text: 'nothing can move' });
  const halted = counting(50, 100);
  const played = halted.run.play();
  halted.run.halt('ended by hand');
  await played;
  expect(halted.run.view).toMatchObject({ met: false, text: 'ended by hand' });
  expect(halted.committed()).toBeLessThan(3);
});

test('conditions read as they were asked for', () => {
  expect(conditionText({ is: 'leader' })).toBe('a leader is ready');
  expect(conditionText({ is: 'idle' })).toBe('nothing waits');
  expect(conditionText({ is: 'applied', node: 'n2', atLeast: 9 })).toBe('applied >= 9 on n2');
});
