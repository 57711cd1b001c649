/**
 * The part of better-sqlite3 13 that the lab uses; the package ships no types. Keep it to what is
 * called somewhere: every line here is a promise that nobody checks but us.
 */
declare module 'better-sqlite3' {
  export type SqlValue = string | number | bigint | null | Uint8Array;
  export type SqlParameter = SqlValue | { readonly [name: string]: SqlValue };

  export interface DatabaseOptions {
    readonly?: boolean;
    fileMustExist?: boolean;
    /** Busy timeout in milliseconds; the package's default is 5000. */
    timeout?: number;
    verbose?: (message?: unknown, ...rest: unknown[]) => void;
  }

  export interface RunResult {
    readonly changes: number;
    readonly lastInsertRowid: number | bigint;
  }

  export interface ColumnDefinition {
    readonly name: string;
    readonly column: string | null;
    readonly table: string | null;
    readonly database: string | null;
    readonly type: string | null;
  }

  /** A prepared statement. `Row` is what the caller knows of its result. */
  export interface Statement<Row = unknown> {
    readonly source: string;
    /** true: it returns rows (a select, or a `returning`). */
    readonly reader: boolean;
    /** true: it does not write to the database. */
    readonly readonly: boolean;
    run(...parameters: readonly SqlParameter[]): RunResult;
    get(...parameters: readonly SqlParameter[]): Row | undefined;
    all(...parameters: readonly SqlParameter[]): Row[];
    iterate(...parameters: readonly SqlParameter[]): IterableIterator<Row>;
    /** First column only. */
    pluck(on?: boolean): this;
    /** Rows as arrays. */
    raw(on?: boolean): this;
    safeIntegers(on?: boolean): this;
    columns(): ColumnDefinition[];
  }

  export interface TransactionFunction<Args extends readonly unknown[], Result> {
    (...args: Args): Result;
    deferred(...args: Args): Result;
    immediate(...args: Args): Result;
    exclusive(...args: Args): Result;
  }

  export default class Database {
    /** A value only here: the package's CommonJS has no named exports that Node could see. */
    static readonly SqliteError: new (message: string, code: string) => SqliteError;
    constructor(path: string, options?: DatabaseOptions);
    readonly name: string;
    readonly open: boolean;
    readonly inTransaction: boolean;
    readonly readonly: boolean;
    prepare<Row = unknown>(sql: string): Statement<Row>;
    /** Runs every statement of `sql`; no parameters, no results. */
    exec(sql: string): this;
    /** With `simple`, the first column of the first row; else all rows. */
    pragma(sql: string, options?: { simple?: boolean }): unknown;
    transaction<Args extends readonly unknown[], Result>(
      body: (...args: Args) => Result,
    ): TransactionFunction<Args, Result>;
    function(
      name: string,
      options: { deterministic?: boolean; varargs?: boolean; directOnly?: boolean },
      body: (...args: SqlValue[]) => SqlValue,
    ): this;
    backup(path: string): Promise<{ totalPages: number; remainingPages: number }>;
    serialize(): Uint8Array;
    close(): this;
  }

  /** Thrown by every call that SQLite refuses; `code` is the extended code, `SQLITE_BUSY`, ... */
  export interface SqliteError extends Error {
    readonly code: string;
  }
}
