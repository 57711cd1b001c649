/**
 * What the command line prints with `--json`: exactly one object of these shapes on standard
 * output, or `errorResultSchema` when the command failed.
 */
import { z } from 'zod';
import { CALLS } from './calls.ts';
import {
  metricsSchema,
  protocolSchema,
  runSchema,
  verdictSchema,
  violationSchema,
} from './model.ts';
import { runReportSchema } from './report.ts';

/** `qlab run`. */
export const runResultSchema = z.object({
  runId: z.number(),
  protocol: protocolSchema,
  seed: z.number(),
  verdict: verdictSchema,
  violations: z.array(violationSchema),
  metrics: metricsSchema.nullable(),
  /** Why the run is incomplete or failed. */
  note: z.string().nullable(),
});
export type RunResult = z.infer<typeof runResultSchema>;

/** `qlab compare`: one entry per protocol and trial. */
export const compareResultSchema = z.object({
  scenario: z.string(),
  runs: z.array(runResultSchema),
});
export type CompareResult = z.infer<typeof compareResultSchema>;

/** `qlab runs`. */
export const runsResultSchema = CALLS['runs.list'].output;
/** `qlab show`. */
export const showResultSchema = runSchema;
/** `qlab replay --verify`. */
export const replayResultSchema = CALLS['runs.verify'].output;

/** `qlab serve`: printed once the browser lab answers. */
export const serveResultSchema = z.object({ url: z.string(), port: z.number() });

/** An invariant by its id in protocols.md section 7, and the facts that contradict it. */
const brokenInvariantSchema = z.object({
  invariant: z.string(),
  message: z.string(),
  node: z.string().nullable(),
});

/** `qlab fuzz`. */
export const fuzzResultSchema = z.object({
  protocol: protocolSchema,
  mutants: z.array(z.string()),
  seeds: z.tuple([z.number(), z.number()]),
  runs: z.number(),
  runsPerMinute: z.number(),
  violations: z.array(
    z.object({
      seed: z.number(),
      invariant: z.string(),
      message: z.string(),
      /** Path of the minimised script; null when the schedule could not be cut out of its run. */
      script: z.string().nullable(),
      /** Lines of the script, and of the schedule it was made from. */
      actions: z.number(),
      actionsBefore: z.number(),
    }),
  ),
});
export type FuzzResult = z.infer<typeof fuzzResultSchema>;

/** `qlab script`. */
export const scriptResultSchema = z.object({
  script: z.string(),
  protocol: protocolSchema,
  mutants: z.array(z.string()),
  passed: z.boolean(),
  failures: z.array(z.string()),
  violations: z.array(brokenInvariantSchema),
  transcript: z.array(z.string()),
});
export type ScriptRunResult = z.infer<typeof scriptResultSchema>;

/** `qlab minimize`. */
export const minimizeResultSchema = z.object({
  protocol: protocolSchema,
  invariant: z.string(),
  message: z.string(),
  actions: z.number(),
  actionsBefore: z.number(),
  /** Path of the script. */
  script: z.string(),
});
export type MinimizeResult = z.infer<typeof minimizeResultSchema>;

/** An operation of a history, and where it stands there. */
const historyOperationSchema = z.object({ operation: z.string(), origin: z.string() });

/** Why the history of one key is illegal. */
const illegalHistorySchema = z.object({
  key: z.string().nullable(),
  /** The operation whose end no legal order reaches. */
  blocked: historyOperationSchema,
  /** State after the longest legal order, and the end of that order. */
  state: z.string(),
  prefixLength: z.number(),
  prefix: z.array(historyOperationSchema.extend({ state: z.string() })),
  stuck: z.array(historyOperationSchema.extend({ why: z.string() })),
  /** Operations that contradict one another; null when no window was found within the limits. */
  window: z
    .object({ operations: z.array(historyOperationSchema), fromAnyState: z.boolean() })
    .nullable(),
});

const consistency = {
  verdict: verdictSchema,
  model: z.string(),
  operations: z.number(),
  keys: z.number(),
  unknownOutcomes: z.number(),
  steps: z.number(),
  /** Of a run: the first end that no legal order reaches. */
  firstIllegalUs: z.number().nullable(),
  illegal: z.array(illegalHistorySchema),
  undecided: z.array(
    z.object({ key: z.string().nullable(), operations: z.number(), reason: z.string() }),
  ),
  /** Why an illegal history proves nothing. */
  reason: z.string().nullable(),
};

const linearizabilitySchema = z.object({
  ...consistency,
  /** Reads whose level promises less. */
  leftOut: z.object({ operations: z.number(), levels: z.array(z.string()) }),
});

const sequentialSchema = z.object({
  ...consistency,
  /** `by-level`: reads that promise less keep their client's order only, everything else keeps real
   *  time. `program`: everything keeps its client's order only. */
  ordering: z.enum(['by-level', 'program']),
});

const livenessSchema = z.object({
  verdict: verdictSchema,
  boundMs: z.number(),
  /** Moments after which an operation had to succeed, and why others were none. */
  judged: z.number(),
  notJudged: z.object({
    'no-majority': z.number(),
    impaired: z.number(),
    'too-short': z.number(),
    'not-asked': z.number(),
  }),
  /** The longest time to a success. */
  longestMs: z.number().nullable(),
  late: z.array(z.object({ us: z.number(), what: z.string(), message: z.string() })),
});

const guaranteeSchema = z.object({
  guarantee: z.string(),
  verdict: verdictSchema,
  checked: z.number(),
  violations: z.number(),
  first: z
    .object({
      earlier: historyOperationSchema,
      later: historyOperationSchema,
      text: z.string(),
    })
    .nullable(),
  reason: z.string().nullable(),
});

/** What was found while the run was recorded. */
const recordedChecksSchema = z.object({
  verdict: verdictSchema,
  firstIllegalUs: z.number().nullable(),
  violations: z.array(violationSchema),
});

/** `qlab check`. */
export const checkResultSchema = z.object({
  /** Number of the run, or path of the file. */
  source: z.union([z.number(), z.string()]),
  verdict: verdictSchema,
  /** null for a file. */
  invariants: recordedChecksSchema.nullable(),
  exactlyOnce: recordedChecksSchema.nullable(),
  liveness: livenessSchema.nullable(),
  /** null where only sequential consistency was asked for. */
  linearizability: linearizabilitySchema.nullable(),
  /** null where nothing is demanded that linearizability does not cover. */
  sequential: sequentialSchema.nullable(),
  /** Empty where neither positions nor versions are known. */
  sessions: z.array(guaranteeSchema),
  failedOperations: z.number(),
  notices: z.array(z.string()),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

/** `qlab export --out FILE`. */
export const exportResultSchema = z.object({
  runId: z.number(),
  format: z.string(),
  file: z.string(),
  lines: z.number(),
});
export type ExportResult = z.infer<typeof exportResultSchema>;

/** `qlab report`: each run's figures, and where the page was written. */
export const reportResultSchema = z.object({
  runs: z.array(runReportSchema),
  html: z.string().nullable(),
});
export type ReportResult = z.infer<typeof reportResultSchema>;

export const errorResultSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.string().nullable(),
  }),
});
export type ErrorResult = z.infer<typeof errorResultSchema>;
