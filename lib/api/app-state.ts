import * as z from 'zod';

const Time = z.iso.datetime().nullable();

/** What `GET /api/health` answers if the settings are right. */
export const Health = z
  .object({
    status: z.literal('ok'),
    /** How the other routes know who asks. */
    signIn: z.enum(['keys', 'entra']),
    /** Null if no run is scheduled. */
    nextRun: Time,
    /** There if a setting disables the timer. */
    schedule: z.literal('disabled').optional(),
    /** When the reaper last started. Null if that is unknown. */
    lastTick: Time,
    secondsSinceLastTick: z.number().int().nullable(),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;

/** And if they are faulty. */
export const FaultyHealth = z.object({ status: z.string() }).meta({ id: 'FaultyHealth' });

/** What `GET /api/doctor` answers, with one entry for each check (docs/cli.md). */
export const Doctor = z
  .object({
    version: z.literal(1),
    command: z.literal('doctor'),
    status: z.enum(['pass', 'warn', 'fail']),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime(),
    identity: z.enum(['app', 'signed-in']),
    probed: z.boolean(),
    interrupted: z.boolean(),
    counts: z.record(z.string(), z.number().int().nonnegative()),
    checks: z.array(
      z.looseObject({
        id: z.string(),
        title: z.string(),
        status: z.enum(['pass', 'warn', 'fail', 'skipped']),
        seconds: z.number().nonnegative(),
        detail: z.string(),
        faults: z.array(z.string()).optional(),
        whatToDo: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Doctor' });
