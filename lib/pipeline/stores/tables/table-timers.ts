import * as z from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import type { Timers } from '../timers.ts';

const PARTITION = 'timers';
const REAPER = { partitionKey: PARTITION, rowKey: 'reaper' } as const;
const AWAITED = { partitionKey: PARTITION, rowKey: 'reaper-awaited' } as const;
const SCHEDULE = { partitionKey: PARTITION, rowKey: 'schedule' } as const;

const ReaperRow = z.object({
  partitionKey: z.literal(REAPER.partitionKey),
  rowKey: z.literal(REAPER.rowKey),
  startedAt: z.date(),
});

const AwaitedRow = z.object({
  partitionKey: z.literal(AWAITED.partitionKey),
  rowKey: z.literal(AWAITED.rowKey),
  since: z.date(),
});

const ScheduleRow = z.object({
  partitionKey: z.literal(SCHEDULE.partitionKey),
  rowKey: z.literal(SCHEDULE.rowKey),
  schedule: z.string(),
  since: z.date(),
});

/** Three rows in PatchwrightState. */
export class TableTimers implements Timers {
  readonly #reaper: TypedTable<z.infer<typeof ReaperRow>>;
  readonly #awaited: TypedTable<z.infer<typeof AwaitedRow>>;
  readonly #schedule: TypedTable<z.infer<typeof ScheduleRow>>;

  constructor(tables: Tables) {
    this.#reaper = new TypedTable({ tables, table: TABLES.state, schema: ReaperRow });
    this.#awaited = new TypedTable({ tables, table: TABLES.state, schema: AwaitedRow });
    this.#schedule = new TypedTable({ tables, table: TABLES.state, schema: ScheduleRow });
  }

  async reaperStartedAt(): Promise<Date | undefined> {
    return (await this.#reaper.get(PARTITION, REAPER.rowKey))?.row.startedAt;
  }

  async reaperAwaitedSince(now: Date): Promise<Date> {
    const stored = await this.#awaited.get(PARTITION, AWAITED.rowKey);
    if (stored !== undefined) return stored.row.since;
    await this.#awaited.insert({ ...AWAITED, since: now });
    return now;
  }

  async startReaper({ since, now }: { since: Date; now: Date }): Promise<boolean> {
    const stored = await this.#reaper.get(PARTITION, REAPER.rowKey);
    const row = { ...REAPER, startedAt: now };
    if (stored === undefined) return (await this.#reaper.insert(row)) !== undefined;
    if (stored.row.startedAt > since) return false;
    return (await this.#reaper.replace(row, stored.etag)) !== undefined;
  }

  /** A lost race needs no retry: the winner has just written the same schedule. */
  async scheduleSince(schedule: string, now: Date): Promise<Date> {
    const stored = await this.#schedule.get(PARTITION, SCHEDULE.rowKey);
    if (stored?.row.schedule === schedule) return stored.row.since;
    const row = { ...SCHEDULE, schedule, since: now };
    if (stored === undefined) await this.#schedule.insert(row);
    else await this.#schedule.replace(row, stored.etag);
    return now;
  }
}
