import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataPlaces, homeDirectory } from '../../../src-main/entries/data-places.ts';

describe('where recordings are kept', () => {
  test('QLAB_HOME comes first, then what the platform wants', () => {
    expect(homeDirectory({ QLAB_HOME: 'mine' }, 'darwin')).toBe(resolve('mine'));
    expect(homeDirectory({ XDG_DATA_HOME: '/data' }, 'linux')).toBe(join('/data', 'quorum-lab'));
    expect(homeDirectory({}, 'linux')).toBe(join(homedir(), '.local', 'share', 'quorum-lab'));
    expect(homeDirectory({}, 'darwin')).toContain(join('Application Support', 'Quorum Lab'));
    expect(homeDirectory({ LOCALAPPDATA: '/local' }, 'win32')).toBe(join('/local', 'Quorum Lab'));
  });

  test('each database has a directory of its own for the files of its runs', () => {
    const [a, b] = [dataPlaces('a.db'), dataPlaces('b.db')];
    expect(a.database).toBe(resolve('a.db'));
    expect(a.dataDir).not.toBe(b.dataDir);
  });
});
