import { expect, test } from 'vitest';
import { isRoleEnough, PROJECT_ROLES } from './project-roles.ts';

test('who may more, may less, too', () => {
  const table = PROJECT_ROLES.map((role) => PROJECT_ROLES.map((needed) => isRoleEnough(role, needed)));
  expect(table).toEqual([
    [true, true, true],
    [false, true, true],
    [false, false, true],
  ]);
});
