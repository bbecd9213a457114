import { expect, it } from 'vitest';
import { keysIn } from '../../../src/cli/top/keys.js';

it('reads letters, arrows and pages, and passes over what it does not know', () => {
  expect(keysIn('j\u001b[B\u001bOBx\u001b[6~')).toEqual(['down', 'down', 'down', 'pageDown']);
  expect(keysIn('k\u001b[A \u001b[5~')).toEqual(['up', 'up', 'pageDown', 'pageUp']);
  expect(keysIn('ä\u001b[1;5C\u001b[200~')).toEqual([]);
  expect(keysIn('\u001b[Bq')).toEqual(['down', 'end']);
});

it('ends by q and by ctrl-c', () => {
  expect([keysIn('q'), keysIn('\u0003')]).toEqual([['end'], ['end']]);
});
