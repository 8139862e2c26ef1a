import { expect, it } from 'vitest';
import roles from '../../../infra/entra/app-roles.json' with { type: 'json' };
import caller from '../../../infra/entra/azure-cli.json' with { type: 'json' };
import scope from '../../../infra/entra/scope.json' with { type: 'json' };
import { admitPrincipal } from '../../../lib/api/admission.ts';
import { readText } from '../../infra/infrastructure.ts';
import { principalHeader } from './principal-samples.ts';

const [reader, operator] = roles;

it('has in the app registration the roles that the app asks for', () => {
  const roleOf = (value = '') => {
    const headers = new Headers({ 'x-ms-client-principal': principalHeader([value]) });
    return admitPrincipal(headers, 'reader', { authenticationIsOn: true });
  };
  expect(roles).toHaveLength(2);
  expect(roleOf(reader?.value)).toMatchObject({ role: 'reader' });
  expect(roleOf(operator?.value)).toMatchObject({ role: 'operator' });
});

it('gives the Azure CLI the scope that the registration has', () => {
  const [authorized] = caller.api.preAuthorizedApplications;
  const [offered] = scope.api.oauth2PermissionScopes;
  expect(authorized?.delegatedPermissionIds).toEqual([offered?.id]);
});

it('has in the guide the id of the operator’s role', () => {
  expect(readText('docs/deploy.md')).toContain(`\\"appRoleId\\":\\"${operator?.id}\\"`);
});
