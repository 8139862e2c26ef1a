import { describe, expect, it } from 'vitest';
import { imageLink, runLink, viewOfLink } from '../../../lib/history/page-links.ts';

describe('a link of the page', () => {
  it.each(['team/api:1.4', 'a%2Fb:1', 'x/<img src=x>:1 ?#'])(
    'names the image %j again',
    (image) => {
      expect(viewOfLink(imageLink(image))).toEqual({ page: 'image', image });
    },
  );

  it.each(['20261123T020000Z-7f3a', 'latest'])('names the run %j again', (run) => {
    expect(viewOfLink(runLink(run))).toEqual({ page: 'run', run });
  });

  it('keeps the slashes and the colon of an image readable', () => {
    expect(imageLink('team/api:1.4')).toBe('#/images/team/api:1.4');
  });

  it.each(['', '#/', '#/images/', '#/runs/', '#/images/%E0%A4', '#/other'])(
    'shows the overview for %j',
    (hash) => {
      expect(viewOfLink(hash)).toEqual({ page: 'overview' });
    },
  );
});
