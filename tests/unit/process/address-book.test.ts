/** Whom a node lets in: those its core or its supervisor knows, with the very disk they have. */
import { expect, test } from 'vitest';
import { AddressBook } from '../../../src-main/runtime/process/address-book.ts';

const member = (nodeId: string, storageId = `disk-${nodeId}`) => ({ nodeId, storageId });
const three = [member('n1'), member('n2'), member('n3')];

test('a node that came back with another disk is let in by nobody', () => {
  const book = new AddressBook('n1', three, three);
  expect(book.knows('n2', 'disk-n2')).toBe(true);
  expect(book.knows('n2', 'another')).toBe(false);
});

test('it is let in again once the core, or the supervisor, names its new disk', () => {
  const book = new AddressBook('n1', three, three);
  book.setOfCore([member('n1'), member('n2', 'another'), member('n3')]);
  expect(book.knows('n2', 'another')).toBe(true);
  const told = new AddressBook('n1', three, []);
  told.setOfSupervisor([member('n2', 'another')]);
  expect(told.knows('n2', 'another')).toBe(true);
});

test('a joiner hears whom its supervisor knows, although its configuration is an old one', () => {
  const book = new AddressBook('n4', three, [...three, member('n7')]);
  expect(book.peers).toEqual(['n1', 'n2', 'n3', 'n7']);
  expect(book.knows('n7', 'disk-n7')).toBe(true);
});

test('who is removed from both is no peer any more', () => {
  const book = new AddressBook('n1', three, three);
  book.setOfCore([member('n1'), member('n2')]);
  expect(book.peers).toEqual(['n2', 'n3']);
  book.setOfSupervisor([member('n1'), member('n2')]);
  expect(book.peers).toEqual(['n2']);
});
