import type { z } from 'zod';
import { isLoopback } from '../image/loopback.ts';
import { Environment } from './environment.ts';
import { belongTogether, CertificatePem, PrivateKeyPem } from './pem.ts';
import { isNewerThanCode, OLDER_SETTINGS, VERSION_SETTING } from './settings-version.ts';

/** What begins like this is ours, and misspelt where the schema does not have it. */
const PREFIX = 'PATCHWRIGHT_';
/** BuildKit is spoken to over mutual TLS alone: whoever reaches it in the clear runs what he likes. */
const REMOTE_BUILDER = [
  'BUILDKIT_ADDRESS',
  'PATCHWRIGHT_BUILDKIT_CA',
  'PATCHWRIGHT_BUILDKIT_CERT',
  'PATCHWRIGHT_BUILDKIT_KEY',
];
/** `functionTimeout` in host.json. */
export const FUNCTION_TIMEOUT_SECONDS = 600;
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
  /** What is there and can be read. */
  readonly given: Readonly<Record<string, string | undefined>>;
  /** Names of what is there and can't be read here. */
  readonly open: ReadonlySet<string>;
  /** What the schema says of what can be read. */
  readonly issues: readonly z.core.$ZodIssue[];
}

/**
 * Every fault, a sentence each: unknown, missing and wrong settings, and what one asks of others.
 * Unknown ones are none where the settings are newer than the code: they are for the code to come.
 */
export function settingsFaults({ given, open, issues }: Given): readonly string[] {
  const has = (name: string) => given[name] !== undefined || open.has(name);
  const unknown = isNewerThanCode(given[VERSION_SETTING])
    ? []
    : unknownSettings([...Object.keys(given), ...open]);
  return [
    ...unknown.map((name) => `${name} is not a setting of Patchwright`),
    ...issues.flatMap((issue) => {
      const name = String(issue.path[0]);
      if (given[name] !== undefined) return [`${name}: ${issue.message}`];
      if (open.has(name)) return [];
      return [`${name} is missing${name === VERSION_SETTING ? `: ${OLDER_SETTINGS}` : ''}`];
    }),
    ...builderFaults(given, has),
    ...leaseFaults(given),
    ...storageFaults(has),
  ];
}

/** Those that look like ours and are not: misspelt, or of another version. */
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

/** A lease that ends while its holder lives lets two of them into one step. */
function leaseFaults(given: Given['given']): string[] {
  const seconds = Number(given.PATCHWRIGHT_LEASE_SECONDS ?? Number.NaN);
  const registry = given.PATCHWRIGHT_REGISTRY;
  // Nobody can tell without a registry whether this is the local Azure, which may have short leases.
  if (!(seconds <= FUNCTION_TIMEOUT_SECONDS) || registry === undefined || isLoopback(registry)) {
    return [];
  }
  return [
    `PATCHWRIGHT_LEASE_SECONDS: must be more than the ${FUNCTION_TIMEOUT_SECONDS} that a function may run`,
  ];
}

function storageFaults(has: (name: string) => boolean): string[] {
  const missing = STORAGE_ADDRESSES.filter((name) => !has(name));
  if (has('AzureWebJobsStorage') || missing.length === 0) return [];
  return missing.length === STORAGE_ADDRESSES.length
    ? [`AzureWebJobsStorage is missing: a connection string, or ${STORAGE_ADDRESSES.join(', ')}`]
    : [`AzureWebJobsStorage by identity also needs ${missing.join(', ')}`];
}
