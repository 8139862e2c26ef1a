import { RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { ContainerGroupsError } from '../../../lib/containers/container-groups.ts';
import {
  explainFailure,
  registryRoles,
  whatToDoAbout,
} from '../../../lib/doctor/explain-failure.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { storageErrorFrom } from '../../../lib/storage/azure-failure.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';

describe('the advice for a refusal by ARM', () => {
  it.each([
    'LinkedAuthorizationFailed: the client has permission on one scope, not on the linked one',
    'may not perform Microsoft.Network/virtualNetworks/subnets/join/action',
  ])('names the role for the subnet if the message is %j', (message) => {
    const advice = whatToDoAbout('unauthorized', message);

    expect(advice).toMatch(/privateNetworking.*Patchwright Subnet Join/);
    expect(advice).not.toContain('Patchwright Container Groups');
  });

  it('recommends the template, not a wider role', () => {
    const advice = whatToDoAbout('unauthorized', 'AuthorizationFailed: containerGroups/write');

    expect(advice).toMatch(/infra\/main\.bicep.*Patchwright Container Groups/);
    expect(advice).not.toMatch(/subnet|Contributor Role/i);
  });
});

it('the advice for a refusal by the registry recommends the template, not a role to assign by hand', () => {
  expect(registryRoles()).toMatch(
    /infra\/main\.bicep.*PATCHWRIGHT_REGISTRY_MODE.*docs\/security\.md/,
  );
  expect(registryRoles()).not.toMatch(/Acr(?:Pull|Push|Delete)|Repository Contributor/);
});

describe('explainFailure', () => {
  it.each<readonly [string, Error, string]>([
    ['a missing role in the registry', new RegistryError('denied', 'x'), 'Your own account needs'],
    ['no identity', new RegistryError('unauthorized', 'x'), 'PATCHWRIGHT_REGISTRY_MODE'],
    ['a silent registry', new RegistryError('unavailable', 'x'), 'login server'],
    ['a busy registry', new RegistryError('throttled', 'x'), 'login server'],
    ['another registry', new RegistryError('invalid', 'x'), 'is an Azure Container Registry'],
    [
      'the registry’s firewall',
      new RegistryError('denied', "client with IP '1.2.3.4' is not allowed access"),
      'does not support a registry whose public access is disabled or limited',
    ],
    ['a missing table', new StorageError('not-provisioned', 'x'), 'creates what is missing'],
    ['a missing role on storage', new StorageError('denied', 'x'), 'Storage Blob Data Owner'],
    ['an account without roles', new StorageError('denied', 'x'), 'docs/deploy.md, step 6'],
    ['a silent storage account', new StorageError('unavailable', 'x'), 'AzureWebJobsStorage'],
    ['a busy storage account', new StorageError('throttled', 'x'), 'AzureWebJobsStorage'],
    ['a broken row', new StorageError('malformed', 'x'), 'report the message'],
    ['an exhausted quota', new ContainerGroupsError('quota', 'x'), 'Raise the quota'],
    [
      'an untrusted certificate',
      new RegistryError('unavailable', 'failed: SELF_SIGNED_CERT_IN_CHAIN'),
      'NODE_EXTRA_CA_CERTS',
    ],
  ])('has advice for %s', (_, error, advice) => {
    expect(explainFailure(error)).toEqual({
      status: 'fail',
      detail: error.message,
      whatToDo: expect.stringContaining(advice),
    });
  });

  it('distinguishes the firewall of storage from a missing role', () => {
    const refusal = new RestError('x', { statusCode: 403, code: 'AuthorizationFailure' });

    expect(explainFailure(storageErrorFrom(refusal, 'reading'))).toMatchObject({
      whatToDo: expect.stringContaining('firewall blocks the request'),
    });
  });

  it('does not quote an unexpected error', () => {
    expect(explainFailure(new TypeError('secret'))).toMatchObject({
      detail: 'unexpected failure (TypeError)',
    });
  });
});

describe('the advice for a refused configuration', () => {
  it.each([
    ['ResourceGroupNotFound', 'jobsResourceGroupName'],
    ['SubscriptionNotFound', 'az account show'],
    ['MissingSubscriptionRegistration', 'az provider register'],
    ['SecurityContextNotSupported', 'PATCHWRIGHT_BUILDER=remote'],
    ['InvalidSku', 'PATCHWRIGHT_BUILDER=remote'],
    ['SomethingElse', 'check the settings that it names'],
  ])('follows from ARM’s code %s', (code, advice) => {
    expect(whatToDoAbout('configuration', code)).toContain(advice);
  });

  it.each([
    ['capacity', 'no capacity now'],
    ['network', 'PATCHWRIGHT_SUBNET_ID'],
    ['too-large', 'PATCHWRIGHT_PATCH_BATCH'],
    ['image-pull', 'worker image is in the registry'],
    ['throttled', 'in some minutes'],
    ['transitioning', 'in some minutes'],
    ['unavailable', 'in some minutes'],
  ] as const)('follows from the refusal %s', (refusal, advice) => {
    expect(whatToDoAbout(refusal, '')).toContain(advice);
  });
});
