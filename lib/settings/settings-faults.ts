import type * as z from 'zod';
import { isLoopback } from '../image/loopback.ts';
import { Environment } from './environment.ts';
import { belongTogether, CertificatePem, PrivateKeyPem } from './pem.ts';
import { priceFaults } from './price-settings.ts';
import { occurrenceFault, Schedule } from './schedule.ts';
import { isNewerThanCode, OLDER_SETTINGS, VERSION_SETTING } from './settings-version.ts';
import { webhookFaults } from './webhook-settings.ts';

/** A name with this prefix is ours, and misspelled if the schema lacks it. */
const PREFIX = 'PATCHWRIGHT_';
/** A remote BuildKit requires mutual TLS, because every client can run any program in it. */
const REMOTE_BUILDER = [
  'BUILDKIT_ADDRESS',
  'PATCHWRIGHT_BUILDKIT_CA',
  'PATCHWRIGHT_BUILDKIT_CERT',
  'PATCHWRIGHT_BUILDKIT_KEY',
];
/** `functionTimeout` in host.json. */
export const FUNCTION_TIMEOUT_SECONDS = 600;
/** The host ends a worker some seconds after the limit of a function that it holds (2 s seen). */
const WORKER_END_SECONDS = 30;
const SCHEDULES = ['PATCHWRIGHT_SCHEDULE', 'PATCHWRIGHT_REAP_SCHEDULE'];
const STORAGE_ADDRESSES = ['blob', 'queue', 'table'].map(
  (service) => `AzureWebJobsStorage__${service}ServiceUri`,
);

export class SettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The app's settings have ${faults.length} fault(s):\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
    );
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

interface Given {
  /** Settings whose values can be read. */
  readonly given: Readonly<Record<string, string | undefined>>;
  /** Names of settings that exist but whose values can't be read here. */
  readonly open: ReadonlySet<string>;
  /** The schema's faults in the readable settings. */
  readonly issues: readonly z.core.$ZodIssue[];
  readonly now: Date;
}

/**
 * Lists every fault, one sentence each: unknown, missing, invalid and contradicting settings. Unknown
 * names are tolerated when the settings version is newer than the code.
 */
export function settingsFaults({ given, open, issues, now }: Given): readonly string[] {
  const has = (name: string) => given[name] !== undefined || open.has(name);
  const unknown = isNewerThanCode(given[VERSION_SETTING])
    ? []
    : unknownSettings([...Object.keys(given), ...open]);
  return [
    ...unknown.map(
      (name) => `${name} is not a setting of Patchwright: correct its spelling, or remove it`,
    ),
    ...issues.flatMap((issue) => {
      const name = String(issue.path[0]);
      if (given[name] !== undefined) return [`${name}: ${issue.message}`];
      if (open.has(name)) return [];
      return [`${name} is missing${name === VERSION_SETTING ? `: ${OLDER_SETTINGS}` : ''}`];
    }),
    ...builderFaults(given, has),
    ...scheduleFaults(given, now),
    ...leaseFaults(given),
    ...storageFaults(has),
    ...webhookFaults(given, has),
    ...priceFaults(has),
  ];
}

/** Names with our prefix that this code does not know. */
export function unknownSettings(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.startsWith(PREFIX) && !(name in Environment.shape));
}

function builderFaults(given: Given['given'], has: (name: string) => boolean): string[] {
  if (given.PATCHWRIGHT_BUILDER !== 'remote') return [];
  const missing = REMOTE_BUILDER.filter((name) => !has(name));
  const faults = missing.map((name) => `${name} is missing: PATCHWRIGHT_BUILDER is remote`);
  const { data: cert } = CertificatePem.safeParse(given.PATCHWRIGHT_BUILDKIT_CERT);
  const { data: key } = PrivateKeyPem.safeParse(given.PATCHWRIGHT_BUILDKIT_KEY);
  if (cert !== undefined && key !== undefined && !belongTogether(cert, key)) {
    faults.push('PATCHWRIGHT_BUILDKIT_KEY is not the key of PATCHWRIGHT_BUILDKIT_CERT');
  }
  return faults;
}

function scheduleFaults(given: Given['given'], now: Date): string[] {
  return SCHEDULES.flatMap((name) => {
    const schedule = Schedule.safeParse(given[name]).data;
    const fault = schedule && occurrenceFault(schedule, now);
    return fault === undefined ? [] : [`${name}: ${fault}`];
  });
}

/** A lease that expires while its holder still runs would allow two steps at once. */
function leaseFaults(given: Given['given']): string[] {
  const seconds = Number(given.PATCHWRIGHT_LEASE_SECONDS ?? Number.NaN);
  const least = FUNCTION_TIMEOUT_SECONDS + WORKER_END_SECONDS;
  const registry = given.PATCHWRIGHT_REGISTRY;
  // The local Azure may have short leases, and only the registry's address shows whether this is it.
  if (!(seconds < least) || registry === undefined || isLoopback(registry)) {
    return [];
  }
  return [
    `PATCHWRIGHT_LEASE_SECONDS: must be at least ${least}: a function may run for ${FUNCTION_TIMEOUT_SECONDS} s, and its worker ends some seconds later`,
  ];
}

function storageFaults(has: (name: string) => boolean): string[] {
  const missing = STORAGE_ADDRESSES.filter((name) => !has(name));
  if (has('AzureWebJobsStorage') || missing.length === 0) return [];
  return missing.length === STORAGE_ADDRESSES.length
    ? [
        `AzureWebJobsStorage is missing: set a connection string, or ${STORAGE_ADDRESSES.join(', ')}`,
      ]
    : [`AzureWebJobsStorage by identity also needs ${missing.join(', ')}`];
}
