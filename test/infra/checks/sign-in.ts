import { type Deployment, lastName, ofType, textAt, valueAt } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';
import { appSettings } from './app-settings.ts';

const VALIDATION = ['properties', 'globalValidation'] as const;
const ENTRA = ['properties', 'identityProviders', 'azureActiveDirectory'] as const;

/**
 * Checks that App Service's authentication is on exactly if the app believes it, that it lets nobody pass
 * but on the routes that need no sign-in, and that only accounts of the tenant sign in.
 */
export function signInFaults(deployment: Deployment, sources: string): readonly Fault[] {
  const authentication = ofType(deployment, 'Microsoft.Web/sites/config').find(
    (one) => lastName(one) === 'authsettingsV2',
  );
  const { signIn = 'keys', entraClientId: client = '' } = deployment.parameters;
  const isOn = valueAt(authentication, 'properties', 'platform', 'enabled');
  const setting = appSettings(deployment).PATCHWRIGHT_SIGN_IN;
  const settingFaults =
    setting === signIn ? [] : [`the app signs in by ${setting}, and the parameter is ${signIn}`];
  if (signIn === 'keys') {
    return isOn === false
      ? settingFaults
      : [...settingFaults, 'App Service asks for accounts, and the app for keys'];
  }
  const excluded = valueAt(authentication, ...VALIDATION, 'excludedPaths');
  const open = openPaths(sources);
  return [
    ...settingFaults,
    ...(isOn === true ? [] : ['App Service asks for no account']),
    ...(valueAt(authentication, ...VALIDATION, 'requireAuthentication') === true
      ? []
      : ['App Service lets requests without an account pass']),
    ...(JSON.stringify(excluded) === JSON.stringify(open)
      ? []
      : [`App Service excludes ${JSON.stringify(excluded)}, and the app ${JSON.stringify(open)}`]),
    ...(textAt(authentication, ...ENTRA, 'registration', 'clientId') === client
      ? []
      : ['App Service has another app registration']),
    ...(/tenantId|[0-9a-f]{8}-/.test(
      textAt(authentication, ...ENTRA, 'registration', 'openIdIssuer'),
    )
      ? []
      : ['accounts of every tenant sign in']),
  ];
}

/** The routes that the code registers without a key. */
function openPaths(sources: string): readonly string[] {
  const routes = sources.matchAll(/authLevel: 'anonymous',\s*route: '([^']+)'/g);
  const order = ['health', 'openapi.json', 'dashboard'];
  const found = [...routes].map(([, route = '']) => route);
  return found
    .sort((one, other) => order.indexOf(one) - order.indexOf(other))
    .map((route) => `/api/${route}`);
}
