import { describe, expect, test } from 'vitest';
import { sourceFiles, type SourceFile } from './source-files.ts';

const LINE_CHARACTERS_MAX = 100;
const FILE_LINES_MAX = 400;

/** Files past the limit, each with the reason why splitting it would make it worse. */
const RED_ZONE: Readonly<Record<string, string>> = {};

/** Words that must not stay in the tree. Written apart, so that this file passes its own rule. */
const BANNED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
const FOCUSED = new RegExp(`\\b(test|describe|it)\\.(${['on' + 'ly', 'sk' + 'ip'].join('|')})\\(`);
const UNERASABLE = /^\s*(export\s+)?(const\s+|declare\s+)?(enum|namespace)\s+\w+\s*\{/;

/** `path:line` of every line that `isWrong`. */
function linesThat(
  files: readonly SourceFile[],
  isWrong: (line: string, file: SourceFile) => boolean,
): string[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line, at) => (isWrong(line, file) ? [`${file.path}:${at + 1}`] : [])),
  );
}

describe('the source tree', () => {
  const files = sourceFiles();

  test('is seen at all', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  test(`has no line of more than ${LINE_CHARACTERS_MAX} characters`, () => {
    expect(linesThat(files, (line) => line.length > LINE_CHARACTERS_MAX)).toEqual([]);
  });

  test('has no leftover notes and no focused or switched-off tests', () => {
    expect(linesThat(files, (line) => BANNED.test(line) || FOCUSED.test(line))).toEqual([]);
  });

  test('is erasable TypeScript: no enums, no namespaces', () => {
    const typescript = files.filter((file) => file.path.endsWith('.ts'));
    expect(linesThat(typescript, (line) => UNERASABLE.test(line))).toEqual([]);
  });

  test(`has no file of more than ${FILE_LINES_MAX} lines outside the red zone`, () => {
    const long = files.filter((file) => file.lines.length - 1 > FILE_LINES_MAX);
    expect(long.map((file) => file.path).filter((path) => !(path in RED_ZONE))).toEqual([]);
  });

  test('keeps the red zone honest: every file in it is still too long', () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const short = Object.keys(RED_ZONE).filter(
      (path) => (byPath.get(path)?.lines.length ?? 0) - 1 <= FILE_LINES_MAX,
    );
    expect(short).toEqual([]);
  });

  test('has no default exports outside configuration files', () => {
    const code = files.filter((file) => /^(src-main|src-renderer)\/.*\.ts$/.test(file.path));
    expect(linesThat(code, (line) => /^export default\b/.test(line))).toEqual([]);
  });

  test('imports node-ipc, electron and better-sqlite3 by name only where rules can see it', () => {
    const code = files.filter((file) => file.path.startsWith('src-main/'));
    const dynamic = /\b(require|import)\(\s*['"](node-ipc|electron|better-sqlite3)['"]/;
    expect(linesThat(code, (line) => dynamic.test(line))).toEqual([]);
  });
});
