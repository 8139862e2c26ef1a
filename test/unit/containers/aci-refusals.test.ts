import { describe, expect, it } from 'vitest';
import { isRegistryFault, refusalOf } from '../../../lib/containers/aci-refusals.ts';

function failure(status: number | undefined, code: string, message = '') {
  return { status, code, message, retryAfterSeconds: undefined };
}

describe('a refusal of ARM or ACI', () => {
  it.each([
    [409, 'ContainerGroupQuotaReached', "quota 'StandardCores' exceeded", 'quota'],
    [400, 'ContainerGroupQuotaReached', '', 'quota'],
    [409, 'ServiceUnavailable', "container group quota 'ContainerGroups' exceeded", 'quota'],
    [409, 'ServiceUnavailable', "not available in the location 'westeurope'", 'capacity'],
    [
      503,
      'ServiceUnavailable',
      'The requested resource is not available in the location',
      'capacity',
    ],
    [503, 'ServiceUnavailable', 'try again', 'unavailable'],
    [400, 'InsufficientCapacity', '', 'capacity'],
    [409, 'ServiceAssociationLinkNotReady', '', 'network'],
    [409, 'Conflict', "Network is not ready for container group 'one'.", 'network'],
    [429, 'AnotherOperationInProgress', '', 'network'],
    [409, 'RetryableError', '', 'network'],
    [400, 'RetryableError', '', 'network'],
    [500, 'RetryableError', '', 'unavailable'],
    [503, 'AnotherOperationInProgress', '', 'unavailable'],
    [undefined, 'RetryableError', '', 'unavailable'],
    [409, 'ReferencedResourceNotProvisioned', '', 'network'],
    [409, 'ContainerGroupTransitioning', '', 'transitioning'],
    [409, 'Conflict', '', 'transitioning'],
    [400, 'InaccessibleImage', '', 'image-pull'],
    [409, 'RegistryErrorResponse', '', 'image-pull'],
    [400, 'SecurityContextNotSupported', '', 'configuration'],
    [400, 'ErrorJoinVirtualNetwork', '', 'configuration'],
    [404, 'ResourceGroupNotFound', '', 'configuration'],
    [403, 'RequestDisallowedByPolicy', '', 'configuration'],
    [413, '', '', 'too-large'],
    [400, 'RequestContentTooLarge', '', 'too-large'],
    [401, 'AuthenticationFailed', '', 'unauthorized'],
    [403, 'AuthorizationFailed', '', 'unauthorized'],
    [403, 'LinkedAuthorizationFailed', '', 'unauthorized'],
    [429, 'TooManyRequests', '', 'throttled'],
    [429, '', '', 'throttled'],
    [408, '', '', 'unavailable'],
    [500, 'InternalServerError', '', 'unavailable'],
    [502, '', '', 'unavailable'],
    [undefined, 'ECONNRESET', 'no answer', 'unavailable'],
    [undefined, 'timeout', 'no answer', 'unavailable'],
  ])('%s %s "%s" is %s', (status, code, message, expected) => {
    const refusal = refusalOf(failure(status, code, message));

    expect(refusal).toBe(expected);
  });
});

it.each([
  ['RegistryErrorResponse', true],
  ['InaccessibleImage', false],
])('%s is a fault of the registry itself: %s', (code, fault) => {
  expect(isRegistryFault({ code })).toBe(fault);
});
