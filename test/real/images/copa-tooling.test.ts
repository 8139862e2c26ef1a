import { describe, expect, it } from 'vitest';
import { copaToolingImages } from './copa-tooling.ts';

describe("Copa's tooling images", () => {
  it.each([
    ['12.15', '12-slim'],
    ['13', '13-slim'],
    ['12', '12-slim'],
    ['11.9', '11-slim'],
  ])('for Debian %s have the tag %s', (version, tag) => {
    const images = copaToolingImages(version);

    expect(images.map((image) => image.upstream)).toEqual([
      `ghcr.io/project-copacetic/copacetic/debian:${tag}`,
      `docker.io/library/debian:${tag}`,
    ]);
  });
});
