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

export const errorResultSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.string().nullable(),
  }),
});
export type ErrorResult = z.infer<typeof errorResultSchema>;
