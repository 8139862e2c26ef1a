import type { ContainerClient } from '@azure/storage-blob';
import * as z from 'zod';
import { dotnetTime, YEAR_ONE } from './dotnet-time.ts';

/** What the host remembers of a timer over restarts: when it ran and when it is due. */
export interface ScheduleStatus {
  /** Undefined before its first invocation. */
  readonly last: Date | undefined;
  readonly next: Date;
  readonly lastUpdated: Date | undefined;
}

const Time = z.string().transform((text) => (text === YEAR_ONE ? undefined : new Date(text)));
const Stored = z.object({ Last: Time, Next: z.string(), LastUpdated: Time });

/**
 * Keeps the status of timers in the blobs and the form of the real host, so that it survives a restart.
 * https://github.com/Azure/azure-webjobs-sdk-extensions StorageScheduleMonitor
 */
export class ScheduleMonitor {
  readonly #container: ContainerClient;
  readonly #hostId: string;

  constructor(container: ContainerClient, hostId: string) {
    this.#container = container;
    this.#hostId = hostId;
  }

  async read(functionName: string): Promise<ScheduleStatus | undefined> {
    const blob = this.#blob(functionName);
    if (!(await blob.exists())) return undefined;
    const text = (await blob.downloadToBuffer()).toString('utf8');
    const { Last, Next, LastUpdated } = Stored.parse(JSON.parse(text));
    return { last: Last, next: new Date(Next), lastUpdated: LastUpdated };
  }

  async write(functionName: string, status: ScheduleStatus): Promise<void> {
    const text = JSON.stringify(statusJson(status));
    await this.#blob(functionName).upload(text, Buffer.byteLength(text));
  }

  #blob(functionName: string) {
    const name = `timers/${this.#hostId}/Host.Functions.${functionName}/status`;
    return this.#container.getBlockBlobClient(name);
  }
}

/** As it is stored, and as an invocation is given it. */
export function statusJson({
  last,
  next,
  lastUpdated,
}: ScheduleStatus): Readonly<Record<string, string>> {
  const time = (date: Date | undefined) => (date === undefined ? YEAR_ONE : dotnetTime(date));
  return { Last: time(last), Next: time(next), LastUpdated: time(lastUpdated) };
}
