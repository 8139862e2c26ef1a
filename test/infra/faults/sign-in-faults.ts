import { inSnapshot, inTemplate, type PlantedFault } from './planted-fault.ts';

const FILE = 'modules/app.bicep';

/** Faults in the sign-in of the HTTP interface. */
export const SIGN_IN_FAULTS: readonly PlantedFault[] = [
  {
    what: 'a route that App Service leaves open, and the app does not',
    file: FILE,
    from: "      '/api/dashboard'\n",
    to: "      '/api/dashboard'\n      '/api/runs'\n",
    says: 'App Service excludes',
    shownBy: 'named',
    kept: inSnapshot('"/api/dashboard"', '"/api/dashboard","/api/runs"'),
  },
  {
    what: 'requests without an account that App Service lets pass',
    file: FILE,
    from: 'requireAuthentication: true',
    to: 'requireAuthentication: false',
    says: 'App Service lets requests without an account pass',
    shownBy: 'named',
    kept: inSnapshot('"requireAuthentication":true', '"requireAuthentication":false'),
  },
  {
    what: 'accounts of every tenant',
    file: FILE,
    from: '${tenant().tenantId}/v2.0',
    to: 'common/v2.0',
    says: 'accounts of every tenant sign in',
    shownBy: 'named',
    kept: inSnapshot(/"openIdIssuer":"[^"]*"/, '"openIdIssuer":"https://login/common/v2.0"'),
  },
  {
    what: 'authentication that stays on with keys',
    file: 'modules/no-authentication.bicep',
    from: 'enabled: false',
    to: 'enabled: true',
    says: 'App Service asks for accounts, and the app for keys',
    shownBy: 'plain',
    kept: inSnapshot('"platform":{"enabled":false}', '"platform":{"enabled":true}'),
  },
  {
    what: 'authentication that ends before the app asks for keys',
    file: 'main.bicep',
    from: 'appName: app.outputs.name\n',
    to: "appName: 'func-patchwright'\n",
    says: 'noAuthentication does not wait for app',
    shownBy: 'template',
    kept: inTemplate(/("noAuthentication":[\s\S]*?"dependsOn":\s*\[\s*)"app"/, '$1"appGroup"'),
  },
  {
    what: 'an app that asks for keys behind the sign-in by Entra',
    file: FILE,
    from: 'PATCHWRIGHT_SIGN_IN: signIn',
    to: "PATCHWRIGHT_SIGN_IN: 'keys'",
    says: 'the app signs in by keys, and the parameter is entra',
    shownBy: 'named',
    kept: inSnapshot('PATCHWRIGHT_SIGN_IN":"entra"', 'PATCHWRIGHT_SIGN_IN":"keys"'),
  },
];
