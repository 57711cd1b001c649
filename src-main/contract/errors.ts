/**
 * The error registry of the lab: every error that reaches a person has a code here, says what was
 * wrong, where, and what would be right. docs/errors.md is generated from it. `definite`: the
 * operation certainly did not happen.
 */

interface ErrorInfo {
  readonly definite: boolean;
  /** Exit code of the command line: 2 wrong use, 4 the environment failed. */
  readonly exitCode: 2 | 4;
  readonly doc: string;
}

export const ERRORS = {
  'bad-input': {
    definite: true,
    exitCode: 2,
    doc: 'A call or an option has a value that is not allowed. The message names it and what is.',
  },
  'bad-scenario': {
    definite: true,
    exitCode: 2,
    doc: 'A scenario file is not valid. The message has file, line, column and what is allowed.',
  },
  'unknown-scenario': {
    definite: true,
    exitCode: 2,
    doc: 'No scenario file of that name or path. The message lists the shipped ones.',
  },
  'unknown-run': { definite: true, exitCode: 2, doc: 'No recorded run has this number.' },
  'unknown-cluster': { definite: true, exitCode: 2, doc: 'No live cluster has this id.' },
  'not-possible-now': {
    definite: true,
    exitCode: 2,
    doc: 'The request does not fit the present state, for example starting a node that runs.',
  },
  'database-unreadable': {
    definite: true,
    exitCode: 4,
    doc: 'The database path cannot be opened, created or written. Nothing was changed.',
  },
  'database-newer': {
    definite: true,
    exitCode: 4,
    doc: 'The database was written by a newer Quorum Lab. It was left untouched.',
  },
  'database-damaged': {
    definite: true,
    exitCode: 4,
    doc: 'The database file is damaged. It was left untouched; --db names another file.',
  },
  'database-in-use': {
    definite: true,
    exitCode: 4,
    doc: 'Another Quorum Lab has this data directory open. Close it, or name another with --db.',
  },
  'disk-full': {
    definite: false,
    exitCode: 4,
    doc: 'The disk is full. The run was ended and what was recorded is kept.',
  },
  'recording-lost': {
    definite: false,
    exitCode: 4,
    doc: 'A run has ended without a record. The next start salvages what files it left.',
  },
  'port-in-use': {
    definite: true,
    exitCode: 4,
    doc: 'The port of the browser lab is taken. Name another with --port, or 0 for any free one.',
  },
  'node-failed': {
    definite: false,
    exitCode: 4,
    doc: 'A node could not start or kept dying. The end of its standard error is shown.',
  },
  'no-leader-in-time': {
    definite: false,
    exitCode: 4,
    doc: 'A fresh cluster chose no leader within the time limit.',
  },
  'wrong-runtime': {
    definite: true,
    exitCode: 4,
    doc: 'The Node.js that runs this is older than 22.18, the first to run TypeScript as it is.',
  },
  'not-built': {
    definite: true,
    exitCode: 4,
    doc: 'The dashboard could not be built. The message has the end of the build log.',
  },
  internal: {
    definite: false,
    exitCode: 4,
    doc: 'A bug of Quorum Lab. The message has what is known; please report it.',
  },
} as const satisfies Record<string, ErrorInfo>;

export type ErrorCode = keyof typeof ERRORS;

/** An expected failure on its way to a person: crosses the wire as {code, message, details}. */
export class LabError extends Error {
  override name = 'LabError';
  readonly code: ErrorCode;
  readonly details: string | null;

  constructor(code: ErrorCode, message: string, details: string | null = null) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
