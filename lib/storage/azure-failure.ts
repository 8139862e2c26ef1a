import { RestError } from '@azure/core-rest-pipeline';
import * as z from 'zod';
import { StorageError, type StorageErrorCode } from './storage-error.ts';

/** The service's response to a failed request. */
export interface ServiceFailure {
  readonly status: number | undefined;
  /** The service's own error code, for example `EntityAlreadyExists`. */
  readonly code: string | undefined;
}

/** The fields in which the three SDKs keep the service's error code. */
const Details = z.object({
  errorCode: z.string().optional(),
  code: z.string().optional(),
  odataError: z.object({ code: z.string().optional() }).optional(),
});

const NOT_PROVISIONED: ReadonlySet<string> = new Set([
  'TableNotFound',
  'TableBeingDeleted',
  'QueueNotFound',
  'QueueBeingDeleted',
  'ContainerNotFound',
  'ContainerBeingDeleted',
]);

/**
 * The part of an SDK's error that is kept as a cause. The SDK's error holds the request with its bearer
 * token or signature, which must not reach a log.
 */
class ServiceAnswer extends Error implements ServiceFailure {
  readonly status: number | undefined;
  readonly code: string | undefined;

  constructor(name: string, { status, code }: Partial<ServiceFailure> = {}) {
    super([name, status, code].filter((part) => part !== undefined).join(' '));
    this.name = name;
    this.status = status;
    this.code = code;
  }
}

/** Undefined if the error is not a response of the service. */
export function serviceFailure(error: unknown): ServiceFailure | undefined {
  if (error instanceof ServiceAnswer) return { status: error.status, code: error.code };
  if (!(error instanceof RestError)) return undefined;
  return { status: error.statusCode, code: serviceCode(error) };
}

function serviceCode(error: RestError): string | undefined {
  const details = Details.safeParse(error.details).data;
  return (
    details?.odataError?.code ??
    details?.errorCode ??
    details?.code ??
    error.response?.headers.get('x-ms-error-code') ??
    error.code
  );
}

/** Converts an SDK error. `what` names the operation and its object, never any content. */
export function storageErrorFrom(error: unknown, what: string): StorageError {
  if (error instanceof StorageError) return error;
  const failure = serviceFailure(error);
  const code = failure === undefined ? codeOfOther(error) : codeOfFailure(failure);
  const parts = failure === undefined ? [nameOf(error)] : [failure.status, failure.code];
  const why = parts.filter((part) => part !== undefined).join(' ');
  return new StorageError(code, `${what} failed: ${why || 'no answer'}`, {
    cause: keptCause(error, failure, code),
  });
}

/** Errors of the credential may also hold their request, so only their name is kept. */
function keptCause(
  error: unknown,
  failure: ServiceFailure | undefined,
  code: StorageErrorCode,
): unknown {
  if (failure !== undefined) return new ServiceAnswer(nameOf(error), failure);
  return code === 'denied' ? new ServiceAnswer(nameOf(error)) : error;
}

function codeOfFailure({ status, code }: ServiceFailure): StorageErrorCode {
  if (code !== undefined && NOT_PROVISIONED.has(code)) return 'not-provisioned';
  // Without a status the request was not sent or not answered. PARSE_ERROR means an unreadable
  // response.
  if (status === undefined) return code === 'PARSE_ERROR' ? 'unexpected' : 'unavailable';
  if (status === 401 || status === 403) return 'denied';
  if (status === 429 || status === 503) return 'throttled';
  if (status === 408 || status >= 500) return 'unavailable';
  return status === 400 || status === 413 ? 'invalid' : 'unexpected';
}

/** Maps time limits (AbortError, TimeoutError) and errors of the credential. */
function codeOfOther(error: unknown): StorageErrorCode {
  switch (nameOf(error)) {
    case 'AbortError':
    case 'TimeoutError':
      return 'unavailable';
    case 'AuthenticationError':
    case 'AggregateAuthenticationError':
    case 'AuthenticationRequiredError':
    case 'CredentialUnavailableError':
      return 'denied';
    default:
      return 'unexpected';
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
