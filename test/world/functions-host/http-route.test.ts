import { describe, expect, it } from 'vitest';
import { compileRoute } from './http-route.ts';

describe('compileRoute', () => {
  it.each<readonly [string, string, object | undefined]>([
    ['api/runs', 'api/runs', {}],
    ['api/runs', 'API/Runs', {}],
    ['api/runs', 'api/runs/1', undefined],
    ['api/runs/{id}', 'api/runs/a%2Fb', { id: 'a%2Fb' }],
    ['api/runs/{id}', 'api/runs/a%20%C3%A9', { id: 'a é' }],
    ['api/runs/{id}', 'api/runs/a%', { id: 'a%' }],
    ['api/runs/{id}', 'api/runs', undefined],
    ['api/runs/{id?}', 'api/runs', {}],
    ['api/runs/{id:int}', 'api/runs/x', undefined],
    ['api/runs/{id:int}', 'api/runs/12', { id: '12' }],
    ['api/images/{*name}', 'api/images/team/app', { name: 'team/app' }],
    ['api/a.b', 'api/aXb', undefined],
  ])('matches %s against %s', (template, path, expected) => {
    const found = compileRoute(template).match(path);

    expect(found).toEqual(expected);
  });
});
