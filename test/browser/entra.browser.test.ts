import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DashboardBrowser, keepScreenshot, violationsOf } from './dashboard-browser.ts';
import { mixedImages, monthOfRuns } from './sample-inventory.ts';
import { anImage, aRun, aStory } from './sample-views.ts';

let browser: DashboardBrowser;
beforeAll(async () => {
  browser = await DashboardBrowser.start();
});
afterAll(() => browser?.stop());
beforeEach(() => {
  browser.app.reset();
  browser.complaints.length = 0;
  const runs = [aRun('20261130T075500Z-0002', { state: 'running' }), ...monthOfRuns()];
  Object.assign(browser.app.state, { signIn: 'entra', images: mixedImages(), runs });
});

describe('with sign-in by Microsoft Entra, the page', () => {
  it('asks for no key, and sends a person to Microsoft and back to the same image', async () => {
    const story = aStory(anImage('team/api:1.4'), {});
    Object.assign(browser.app.state, { stories: [story] });
    browser.app.rolesAtLogin = ['Patchwright.Operator'];
    const page = await browser.open({}, '#/images/team/api:1.4');
    const link = page.getByRole('link', { name: 'Sign in with Microsoft' });
    await link.waitFor();
    await keepScreenshot(page, 'entra-sign-in', false);
    expect(await page.locator('input').count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);

    await link.click();

    await page.getByRole('heading', { name: 'team/api:1.4' }).waitFor();
    await page.getByText('Entra alice@example.com').waitFor();
    expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0);
    expect(browser.complaints).toEqual([]);
    await page.context().close();
  });

  it('lets an operator act', async () => {
    browser.app.state.roles = ['Patchwright.Operator'];
    const page = await browser.open();

    await page.getByRole('button', { name: 'Start a run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start the run' }).click();

    await page.getByText('Run 20261130T080000Z-0001 starts.').waitFor();
    expect(browser.app.posts.map(({ path }) => path)).toEqual(['/api/runs']);
    await page.context().close();
  });

  it.each([
    { name: 'entra-reader-light', look: {} },
    { name: 'entra-reader-phone', look: { width: 360, height: 740 } },
  ])('shows a reader everything, and says why they can’t act: $name', async ({ name, look }) => {
    browser.app.state.roles = ['Patchwright.Reader'];
    const page = await browser.open(look);

    await page.getByText('your account needs the app role Patchwright.Operator').waitFor();
    await page.getByRole('heading', { name: '4 images wait for you' }).waitFor();
    await keepScreenshot(page, name, false);
    for (const button of ['Start a run', 'Cancel this run']) {
      expect(await page.getByRole('button', { name: button }).isDisabled()).toBe(true);
    }
    expect(await page.locator('main input[type=checkbox]:enabled').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.context().close();
  });

  it('tells an account without a role which one it lacks, and lets it use another one', async () => {
    browser.app.state.roles = [];
    browser.app.rolesAtLogin = ['Patchwright.Reader'];
    const page = await browser.open();

    await page.getByText('lacks the app role Patchwright.Reader').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'Sign out, to use another account' }).click();
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click();

    await page.getByRole('heading', { name: '4 images wait for you' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).waitFor();
    await page.context().close();
  });

  it('asks to sign in again after the session has ended', async () => {
    browser.app.state.roles = ['Patchwright.Reader'];
    const page = await browser.open();
    await page.getByRole('heading', { name: '4 images wait for you' }).waitFor();

    browser.app.state.roles = undefined;
    await page.getByRole('button', { name: 'Refresh' }).click();

    await page.getByText('You are not signed in any more.').waitFor();
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).waitFor();
    await page.context().close();
  });
});
