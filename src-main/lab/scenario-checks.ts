/**
 * What a scenario has to satisfy beyond the shape of each value: checks that look at several places
 * of the file at once.
 */
import type { ScenarioFile } from '../contract/scenario.ts';
import type { ScenarioStepFile } from '../contract/scenario-steps.ts';
import { drawableKinds, mostFaults } from './nemesis.ts';
import { joiningIds } from './scenario-commands.ts';
import { settingsMisfits } from './scenario-settings.ts';
import { durationText } from './scenario-text.ts';

export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** As many as a file may have; a nemesis becomes steps of a file. */
const STEPS_MAX = 2_000;

/** Everything in `file` that contradicts something else in it. */
export function misfitsOf(file: ScenarioFile): Misfit[] {
  return [
    ...timingMisfits(file),
    ...settingsMisfits(file),
    ...nemesisMisfits(file),
    ...file.steps.flatMap((step, at) => stepMisfits(file, step, ['steps', at])),
  ];
}

function timingMisfits(file: ScenarioFile): Misfit[] {
  const path = ['cluster', 'timing'];
  const { electionTimeoutMs, heartbeatMs } = file.cluster.timing;
  const [min, max] = electionTimeoutMs;
  if (min >= max) {
    const message = `${min} is not below ${max}; allowed: [min, max] with min below max`;
    return [{ path: [...path, 'electionTimeoutMs'], message }];
  }
  if (heartbeatMs >= min) {
    const message = `${heartbeatMs} is not below the election timeout; allowed: less than ${min}`;
    return [{ path: [...path, 'heartbeatMs'], message }];
  }
  return [];
}

function nemesisMisfits({ nemesis, cluster, durationMs, steps }: ScenarioFile): Misfit[] {
  if (nemesis === null) return [];
  const misfits: Misfit[] = [];
  const wrong = (field: string, message: string): void => {
    misfits.push({ path: ['nemesis', field], message });
  };
  for (const field of ['everyMs', 'lastsMs'] as const) {
    const [min, max] = nemesis[field];
    if (min > max) wrong(field, `${min} is above ${max}; allowed: [min, max] with min up to max`);
  }
  const { fromMs, recoveryMs, lastsMs } = nemesis;
  const leftMs = durationMs - fromMs - recoveryMs;
  if (leftMs < lastsMs[0]) {
    const need = `fromMs + lastsMs + recoveryMs at most ${durationText(durationMs)}`;
    wrong('recoveryMs', `no fault fits before the recovery; allowed: ${need}`);
  }
  if (drawableKinds(nemesis, cluster.nodes).length === 0) {
    const why = `each of these leaves no majority of ${cluster.nodes} nodes connected`;
    wrong('faults', `${why}; allowed: another fault, or breakQuorum: true`);
  }
  const most = mostFaults(nemesis, durationMs) + 1 + steps.length;
  if (most > STEPS_MAX) {
    const why = `that can become ${most} steps, at most ${STEPS_MAX} are allowed`;
    wrong('everyMs', `${why}; allowed: longer times, or a shorter run`);
  }
  return misfits;
}

function stepMisfits(file: ScenarioFile, step: ScenarioStepFile, path: PropertyKey[]): Misfit[] {
  const misfits = [...timeMisfits(file, step, path), ...memberMisfits(step, path)];
  if ('from' in step) misfits.push(...linkMisfits(step, path));
  if (step.do === 'partition') misfits.push(...groupMisfits(file, step.groups, path));
  for (const field of ['node', 'from', 'to', 'voters', 'learners'] as const) {
    const selectors = (step as { [name: string]: unknown })[field];
    if (!Array.isArray(selectors)) continue;
    misfits.push(...selectorMisfits(file, selectors, [...path, field]));
    if (selectors.includes('rest')) {
      const message = '"rest" stands for the nodes no other group names; allowed: in groups only';
      misfits.push({ path: [...path, field], message });
    }
  }
  return misfits;
}

function timeMisfits(file: ScenarioFile, step: ScenarioStepFile, path: PropertyKey[]): Misfit[] {
  const allowed = 'allowed: exactly one of at, when (with after)';
  if ((step.at === undefined) === (step.when === undefined)) {
    const wrong = step.at === undefined ? 'the step has no time' : 'the step has at and when';
    return [{ path, message: `${wrong}; ${allowed}` }];
  }
  if (step.after !== undefined && step.when === undefined) {
    return [{ path: [...path, 'after'], message: `"after" without "when"; ${allowed}` }];
  }
  const [ms, field] = step.at === undefined ? [step.after ?? 0, 'after'] : [step.at, 'at'];
  if (ms <= file.durationMs) return [];
  const end = durationText(file.durationMs);
  const message = `${durationText(ms)} is after the end of the run; allowed: 0 to ${end}`;
  return [{ path: [...path, field], message }];
}

function selectorMisfits(
  file: ScenarioFile,
  selectors: readonly string[],
  path: readonly PropertyKey[],
): Misfit[] {
  const last = file.cluster.nodes;
  const joining = new Set(joiningIds(file.steps));
  return selectors.flatMap((selector, at) => {
    const id = /^n(\d+)$/.exec(selector);
    if (id === null || Number(id[1]) <= last || joining.has(selector)) return [];
    const ids = last === 1 ? 'n1' : `n1 to n${last}`;
    const allowed = `allowed: ${ids}, or a word such as leader`;
    const message = `"${selector}" is outside the cluster; ${allowed}`;
    return [{ path: [...path, at], message }];
  });
}

/** A configuration has a voter, and nobody twice. */
function memberMisfits(step: ScenarioStepFile, path: readonly PropertyKey[]): Misfit[] {
  if (step.do !== 'reconfigure') return [];
  if (step.voters.length === 0) {
    return [{ path: [...path, 'voters'], message: 'nobody is a voter; allowed: at least one' }];
  }
  const all = [...step.voters, ...step.learners];
  const twice = all.find((node, at) => all.indexOf(node) !== at);
  if (twice === undefined) return [];
  return [{ path, message: `"${twice}" stands twice; allowed: each node once` }];
}

/** Words that stand for one node, the same one at both ends of a link. */
function isOneNode(selector: string): boolean {
  return selector === 'leader' || /^n\d+$/.test(selector);
}

function linkMisfits(
  step: { readonly from: readonly string[]; readonly to: readonly string[] },
  path: readonly PropertyKey[],
): Misfit[] {
  const ends = new Set([...step.from, ...step.to]);
  const [only = ''] = ends;
  if (ends.size > 1 || !isOneNode(only)) return [];
  const message = `"${only}" has no link to itself; allowed: another node than in from`;
  return [{ path: [...path, 'to'], message }];
}

function groupMisfits(
  file: ScenarioFile,
  groups: readonly (readonly string[])[],
  path: readonly PropertyKey[],
): Misfit[] {
  const misfits: Misfit[] = [];
  const seen = new Set<string>();
  groups.forEach((group, at) => {
    misfits.push(...selectorMisfits(file, group, [...path, 'groups', at]));
    group.forEach((selector, place) => {
      if (seen.has(selector)) {
        const message = `"${selector}" stands in two groups; allowed: each node once`;
        misfits.push({ path: [...path, 'groups', at, place], message });
      }
      seen.add(selector);
    });
  });
  return misfits;
}
