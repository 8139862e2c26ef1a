import type { RegistryError, RegistryErrorCode } from '../registry/registry.ts';
import { plainText } from '../text/plain-text.ts';
import type { Unread } from './lineage.ts';

const LONGEST_DETAIL = 300;
const DOCTOR = 'run "patchwright doctor --app"';

const REASONS: Readonly<Record<RegistryErrorCode, Unread['reason']>> = {
  unauthorized: 'denied',
  denied: 'denied',
  locked: 'denied',
  throttled: 'throttled',
  unavailable: 'unavailable',
  'too-large': 'malformed',
  'digest-mismatch': 'malformed',
  invalid: 'unexpected',
  unexpected: 'unexpected',
};

const ADVICE: Readonly<Record<Unread['reason'], string>> = {
  denied: `the registry refuses the app: ${DOCTOR}`,
  gone: 'the registry has it no longer: the next run updates the rows',
  late: `the registry is slow: try again later; if it persists, ${DOCTOR}`,
  malformed: 'what the registry has can’t be used: look at it with "oras manifest fetch"',
  'no-digest': 'no run has found its digest yet: start a run for it',
  throttled: 'the registry is busy: try again later',
  unavailable: `the registry does not answer: try again later; if it persists, ${DOCTOR}`,
  unexpected: `the registry failed unexpectedly: try again; if it persists, ${DOCTOR}`,
};

export function unread(reason: Unread['reason'], detail: string): Unread {
  return { reason, detail: plainText(detail, LONGEST_DETAIL), advice: ADVICE[reason] };
}

export function unreadOf({ code, message }: RegistryError): Unread {
  return unread(REASONS[code], message);
}

export function unreadLate(milliseconds: number): Unread {
  return unread('late', `no answer within ${milliseconds / 1000} seconds`);
}
