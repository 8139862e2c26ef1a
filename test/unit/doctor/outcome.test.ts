import { describe, expect, it } from 'vitest';
import { failEach } from '../../../lib/doctor/outcome.ts';

const whatToDo = 'Mend it.';
const failed = { status: 'fail', whatToDo };

describe('failEach', () => {
  it.each([
    [{ whatToDo }, 'one'],
    [{ where: 'the policy', whatToDo }, 'the policy: one'],
  ])('says what the only fault is: %j', (about, detail) => {
    expect(failEach(['one'], about)).toEqual({ ...failed, detail });
  });

  it.each([
    [{ whatToDo }, '2 faults'],
    [{ where: 'the policy', whatToDo }, '2 faults in the policy'],
  ])('counts several faults and lists them: %j', (about, detail) => {
    const faults = ['one', 'other'];

    expect(failEach(faults, about)).toEqual({ ...failed, detail, faults });
  });
});
