/**
 * The calls of the contract, answered. One handler per name: a missing one does not compile. Inputs
 * are validated here, once, for every transport.
 */
import type { z } from 'zod';
import {
  CALLS,
  type CallName,
  type CallOutput,
  type PushEvents,
  type PushName,
  type ScenarioInfo,
} from '../contract/calls.ts';
import { LabError, type ErrorCode } from '../contract/errors.ts';
import { describeIssues, explainIssue } from '../contract/issues.ts';
import { messageTypes } from '../lab/message-types.ts';
import { expectationTexts } from '../lab/scenario-text.ts';
import type { ScenarioSpec } from '../vocabulary/scenario.ts';
import type { ApiHost } from './ports.ts';

/** Tells every connected window. */
export type Publish = <N extends PushName>(name: N, payload: PushEvents[N]) => void;

/** What crosses the wire in answer to a call. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly details: string | null;
      };
    };

type ValidInput<N extends CallName> = z.output<(typeof CALLS)[N]['input']>;
type Handler<N extends CallName> = (
  host: ApiHost,
  input: ValidInput<N>,
  publish: Publish,
) => CallOutput<N> | Promise<CallOutput<N>>;

const HANDLERS: { readonly [N in CallName]: Handler<N> } = {
  'lab.state': (host) => ({
    version: host.version,
    dataDir: host.dataDir,
    database: host.database,
    clusters: [...host.lab.clusters()],
    scenarios: host.scenarios().map(scenarioInfo),
    notices: [...host.notices()],
    messageTypes: messageTypes(),
    pauseMode: host.lab.pauseMode(),
  }),
  'clusters.start': async ({ lab }, { clusters }) => ({
    clusters: [...(await lab.startClusters(clusters))],
  }),
  'clusters.stop': async ({ lab }, { clusters }) => ({
    runs: [...(await lab.stopClusters(clusters))],
  }),
  'clusters.catchUp': ({ lab }, { cluster }) => {
    const { events, upToUs } = lab.catchUp(cluster);
    return { events: [...events], upToUs };
  },
  'clusters.act': async ({ lab }, { clusters, action }) => ({
    results: [...(await lab.act(clusters, action))],
  }),
  'clusters.admin': async ({ lab }, { clusters, command }) => ({
    results: [...(await lab.administer(clusters, command))],
  }),
  'clusters.undo': ({ lab }, { cluster, fault }) => lab.undo(cluster, fault),
  'clusters.manual': async ({ lab }, { clusters, on }) => {
    const controls = clusters.map((id) => lab.manual(id));
    await Promise.all(controls.map((control) => control.set(on)));
    return { states: controls.map((control) => control.state()) };
  },
  'manual.act': async ({ lab }, { cluster, act }) => {
    await lab.manual(cluster).act(act);
    return {};
  },
  'manual.inbox': ({ lab }, { cluster }) => lab.manual(cluster).state(),
  'clusters.workload': ({ lab }, { clusters, workload }) => {
    lab.setWorkload(clusters, workload);
    return {};
  },
  'scenarios.run': async (host, { name, protocols, seed }, publish) => {
    const spec = scenarioNamed(host, name);
    const run = await host.lab.runScenario(spec, {
      protocols,
      seed: seed ?? spec.seed,
      sequential: false,
    });
    // The caller gets the clusters at once; how the runs end is told to every window.
    run.finished.catch((error: unknown) => {
      const text = `${spec.title}: ${error instanceof Error ? error.message : String(error)}`;
      publish('notice', { level: 'error', text });
    });
    return { clusters: [...run.clusters] };
  },
  'runs.list': ({ runs }, input) => runs.list(input),
  'runs.get': ({ runs }, { run }) => runs.get(run),
  'runs.delete': async ({ runs }, input, publish) => {
    await runs.delete(input.runs);
    publish('runs-deleted', { runs: input.runs });
    return {};
  },
  'runs.events': ({ runs }, input) => runs.events(input),
  'runs.moment': ({ runs }, { run, us }) => runs.moment(run, us),
  'runs.verify': ({ runs }, { run }) => runs.verify(run),
  'runs.report': ({ runs }, input) => runs.report(input.runs),
  'runs.compare': ({ runs }, input) => runs.compare(input.runs),
};

/** Answers one call of a connection. Never throws: every failure is an answer. */
export async function answerCall(
  host: ApiHost,
  publish: Publish,
  name: unknown,
  input: unknown,
): Promise<Answer> {
  try {
    if (!isCallName(name)) {
      const allowed = Object.keys(CALLS).join(', ');
      throw new LabError('bad-input', `unknown call ${JSON.stringify(name)}; allowed: ${allowed}`);
    }
    return { ok: true, value: await callHandler(name, host, input, publish) };
  } catch (error) {
    return { ok: false, error: errorAnswer(error) };
  }
}

async function callHandler<N extends CallName>(
  name: N,
  host: ApiHost,
  input: unknown,
  publish: Publish,
): Promise<CallOutput<N>> {
  const parsed = CALLS[name].input.safeParse(input ?? {}, { error: explainIssue });
  if (!parsed.success) {
    throw new LabError('bad-input', `${name}: ${describeIssues(parsed.error)}`);
  }
  return HANDLERS[name](host, parsed.data as ValidInput<N>, publish);
}

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.hasOwn(CALLS, name);
}

function errorAnswer(error: unknown): (Answer & { ok: false })['error'] {
  if (error instanceof LabError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message: firstLine(text), details: text };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

function scenarioNamed(host: ApiHost, name: string): ScenarioSpec {
  const scenarios = host.scenarios();
  const spec = scenarios.find((scenario) => scenario.name === name);
  if (spec !== undefined) return spec;
  const names = scenarios.map((scenario) => scenario.name).join(', ');
  throw new LabError('unknown-scenario', `no scenario is called "${name}"; allowed: ${names}`);
}

function scenarioInfo(spec: ScenarioSpec): ScenarioInfo {
  return {
    name: spec.name,
    title: spec.title,
    description: spec.description,
    nodes: spec.nodes,
    durationMs: spec.durationMs,
    steps: spec.steps.map((step) => step.text),
    expectations: expectationTexts(spec),
    expected: { ...spec.expected },
    nemesis: spec.nemesis !== null,
    seed: spec.seed,
    source: spec.source,
  };
}
