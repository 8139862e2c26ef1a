/** A refusal in ARM's form: `{ error: { code, message } }` with a status and optionally Retry-After. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'ArmError';
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  toBody(): { readonly error: { readonly code: string; readonly message: string } } {
    return { error: { code: this.code, message: this.message } };
  }
}

export function invalidRequest(message: string): ArmError {
  return new ArmError(400, 'InvalidRequestContent', message);
}

export function groupNotFound(name: string, resourceGroup: string): ArmError {
  return new ArmError(
    404,
    'ResourceNotFound',
    `The Resource 'Microsoft.ContainerInstance/containerGroups/${name}' under resource group ` +
      `'${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** https://github.com/MicrosoftDocs/azure-docs/issues/51738 has the text as Azure gave it. */
export function quotaReached(
  quota: string,
  region: string,
  numbers: { readonly limit: number; readonly usage: number; readonly requested: number },
): ArmError {
  return new ArmError(
    409,
    'ContainerGroupQuotaReached',
    `Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota '${quota}' ` +
      `exceeded in region '${region}'. Limit: '${numbers.limit}', Usage: '${numbers.usage}' ` +
      `Requested: '${numbers.requested}'.`,
  );
}

/** Azure docs, container-instances-troubleshooting, "Resource requested is not available". */
export function capacityMissing(
  region: string,
  cpu: number,
  memoryGb: number,
  retryAfterSeconds?: number,
): ArmError {
  return new ArmError(
    409,
    'ServiceUnavailable',
    `The requested resource is not available in the location '${region}' at this moment. Please retry ` +
      'with a different resource request or in another location. ' +
      `Resource requested: '${cpu}' CPU '${memoryGb}' GB memory 'Linux' OS`,
    retryAfterSeconds,
  );
}

export function transitioning(name: string): ArmError {
  return new ArmError(
    409,
    'ContainerGroupTransitioning',
    `The container group '${name}' is still transitioning, please retry later.`,
  );
}

/** https://github.com/hashicorp/terraform-provider-azurerm/issues/15025 has the text as Azure gave it. */
export function networkNotReady(name: string, retryAfterSeconds?: number): ArmError {
  return new ArmError(
    409,
    'ServiceAssociationLinkNotReady',
    `Network is not ready for container group '${name}'. Please try again.`,
    retryAfterSeconds,
  );
}

/** https://github.com/hashicorp/terraform-provider-azurerm/issues/23481: the web server's own answer. */
export function requestTooLarge(): ArmError {
  return new ArmError(413, '', 'Request Entity Too Large');
}

export function throttled(what: string, retryAfterSeconds: number): ArmError {
  return new ArmError(
    429,
    'TooManyRequests',
    `The limit of ${what} was reached for this subscription. Please retry after ` +
      `'${retryAfterSeconds}' seconds.`,
    retryAfterSeconds,
  );
}

/** ACI checks the image before it accepts a group: a 400 on the PUT, not a failed provisioning. */
export function inaccessibleImage(image: string, name: string): ArmError {
  return new ArmError(
    400,
    'InaccessibleImage',
    `The image '${image}' in container group '${name}' is not accessible. Please check the image and ` +
      'registry credential.',
  );
}

export function internalError(): ArmError {
  return new ArmError(500, 'InternalServerError', 'Encountered an internal server error.');
}
