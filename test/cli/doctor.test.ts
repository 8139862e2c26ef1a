import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DoctorWorld, startDoctorWorld } from './support/doctor-world.ts';

let doctorWorld: DoctorWorld;

beforeAll(async () => {
  doctorWorld = await startDoctorWorld();
});
afterAll(() => doctorWorld.close());

describe('doctor', () => {
  it('finds nothing amiss', async () => {
    const run = await doctorWorld.doctor();
    console.log(run.stdout, run.stderr, run.code);
    const run2 = await doctorWorld.doctor(['--probe', '--output', 'table']);
    console.log(run2.stdout, run2.stderr, run2.code);
    expect(run.code).toBe(0);
  });
});
