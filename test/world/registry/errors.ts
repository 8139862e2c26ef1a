/** Codes of the OCI distribution specification 1.1, and those that ACR adds, with their status. */
const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  NOT_FOUND: 404,
  PAGINATION_NUMBER_INVALID: 400,
  RANGE_INVALID: 416,
  REGISTRY_DISALLOWED_OPERATION: 405,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  TAG_UNKNOWN: 404,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
  VALIDATION: 400,
} as const;

export type FaultCode = keyof typeof STATUS;

/** A refusal that is sent to the client in the specification's form. */
export class RegistryFault extends Error {
  readonly code: FaultCode;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;

  constructor(
    code: FaultCode,
    message: string,
    options: {
      readonly detail?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** Set if it differs from the code's usual status. */
      readonly status?: number;
    } = {},
  ) {
    super(message);
    this.name = 'RegistryFault';
    this.code = code;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.status = options.status ?? STATUS[code];
  }
}

/**
 * ACR's answer if an attribute such as `writeEnabled` forbids the operation: 405 with this
 * code. Seen in Azure/acr-cli issue 70 and Azure/azure-sdk-for-net issue 22827.
 */
export function lockedFault(): RegistryFault {
  return new RegistryFault(
    'REGISTRY_DISALLOWED_OPERATION',
    'The operation is disallowed on this registry, repository or image.',
    { detail: {} },
  );
}
